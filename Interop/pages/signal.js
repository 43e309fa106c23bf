// Offer and answer with the program under test, and what both pages need besides.
export const sleep = ms => new Promise(done => setTimeout(done, ms));

export const post = (path, body) => fetch(path, {
  method: 'POST', headers: {'Content-Type': body instanceof Blob ? body.type : 'application/json'},
  body: body instanceof Blob ? body : JSON.stringify(body)});

export const log = (...words) => post('/log/peer', [Math.round(performance.now()), ...words].join(' '));

// Returns when the descriptions were exchanged.
export async function offer(connection, prepare) {
  prepare(connection);
  await connection.setLocalDescription();
  await gathered(connection);
  const started = performance.now();
  const response = await post('/offer', connection.localDescription);
  if (!response.ok) throw Error(`the offer was refused: ${response.status} ${await response.text()}`);
  await connection.setRemoteDescription(await response.json());
  return started;
}

export async function answer(connection, prepare) {
  let response;
  do response = await fetch('/offer'); while (response.status === 204);
  await connection.setRemoteDescription(await response.json());
  prepare(connection);
  await connection.setLocalDescription();
  await gathered(connection);
  const started = performance.now();
  await post('/answer', connection.localDescription);
  return started;
}

const gathered = connection => until(() => connection.iceGatheringState === 'complete', 5000,
  () => 'candidates were not gathered in time');

export async function stats(connection) {
  return [...(await connection.getStats()).values()];
}

export async function until(condition, ms, explain) {
  for (const end = performance.now() + ms; !condition(); await sleep(10)) {
    if (performance.now() > end) throw Error(explain());
  }
}

// What a page found out, by name and in order.
export const checks = [];

export const expect = (condition, explanation) => { if (!condition) throw Error(explanation); };

export async function check(name, run) {
  const started = performance.now();
  try {
    const detail = await run();
    checks.push({name, passed: true, detail: detail ?? '', ms: Math.round(performance.now() - started)});
  } catch (error) { checks.push({name, passed: false, detail: String(error)}); }
  log(name, JSON.stringify(checks.at(-1)));
}

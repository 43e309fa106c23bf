// Calls the server that this page comes from. Signalling is one request: the offer with all its candidates goes out,
// the answer comes back.

const element = (id) => document.getElementById(id);
const gatheringTimeout = 3000;
let call = null;

element("call").addEventListener("click", start);
element("hangUp").addEventListener("click", () => hangUp("The call has ended."));
addEventListener("pagehide", () => call?.connection.close());
if (!canUseDevices()) {
  element("source").value = "synthetic";
  element("source").disabled = true;
  say(`${whyNoDevices()} This page sends a drawn picture and a tone instead.`);
}

function canUseDevices() {
  return isSecureContext && navigator.mediaDevices?.getUserMedia !== undefined;
}

function whyNoDevices() {
  return isSecureContext
    ? "This browser has no access to cameras."
    : "Browsers allow cameras only over HTTPS or on localhost: start the server with --tls-self-signed.";
}

async function start() {
  element("call").disabled = true;
  const connection = new RTCPeerConnection();
  call = { connection, media: null, timer: null, before: null };
  const own = call;
  try {
    say("Opening the sources…");
    own.media = await openSources();
    if (call !== own) return own.media.close();
    element("local").srcObject = own.media.stream;
    own.media.stream.getTracks().forEach((track) => connection.addTrack(track, own.media.stream));
    const received = new MediaStream();
    element("remote").srcObject = received;
    connection.addEventListener("track", (event) => received.addTrack(event.track));
    connection.addEventListener("connectionstatechange", () => stateChanged(own));
    for (const name of ["iceconnectionstatechange", "icegatheringstatechange", "signalingstatechange"]) {
      connection.addEventListener(name, () => showStates(connection));
    }
    element("hangUp").disabled = false;
    say("Calling…");
    await exchange(connection);
    watchEnd(own);
    own.timer = setInterval(() => showNumbers(own), 1000);
  } catch (error) {
    if (call === own) hangUp(String(error.message ?? error), true);
  }
}

async function exchange(connection) {
  await connection.setLocalDescription();
  await gathered(connection);
  const response = await fetch("offer", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(connection.localDescription),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? `The server answered ${response.status}.`);
  await connection.setRemoteDescription(answer);
}

/// Candidates that take longer are not worth waiting for.
function gathered(connection) {
  return new Promise((resolve) => {
    if (connection.iceGatheringState === "complete") return resolve();
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState === "complete") resolve();
    });
    setTimeout(resolve, gatheringTimeout);
  });
}

function stateChanged(own) {
  if (call !== own) return;
  showStates(own.connection);
  const state = own.connection.connectionState;
  if (state === "connected") say("Connected.");
  if (state === "disconnected") say("Nothing is heard of the server…", true);
  if (state === "failed") hangUp("The connection failed.", true);
}

/// The server's goodbye closes the transport; the connection's own state stays as it was.
function watchEnd(own) {
  const transport = own.connection.getSenders().map((sender) => sender.transport).find(Boolean);
  transport?.addEventListener("statechange", () => {
    if (call === own && transport.state === "closed") hangUp("The server has ended the call.");
  });
}

function hangUp(message, isError = false) {
  const own = call;
  call = null;
  if (own) {
    clearInterval(own.timer);
    own.connection.close();
    own.media?.close();
    showStates(own.connection);
  }
  element("local").srcObject = null;
  element("remote").srcObject = null;
  element("hangUp").disabled = true;
  element("call").disabled = false;
  say(message, isError);
}

function say(text, isError = false) {
  element("message").textContent = text;
  element("message").classList.toggle("error", isError);
}

// Sources

async function openSources() {
  if (element("source").value === "synthetic") return openSynthetic();
  try {
    const video = { width: { ideal: 1280 }, height: { ideal: 720 } };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
    return { stream, close: () => stream.getTracks().forEach((track) => track.stop()) };
  } catch (error) {
    throw new Error(`Camera and microphone cannot be used (${error.name}). Choose the drawn picture and the tone.`);
  }
}

/// A clock with a moving bar, and a tone of 660 Hz.
function openSynthetic() {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1280, 720];
  const context = canvas.getContext("2d");
  let count = 0;
  const draw = () => {
    context.fillStyle = `hsl(${count % 360} 50% 30%)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = "white";
    context.fillRect((count * 8) % canvas.width, 620, 80, 60);
    context.font = "96px sans-serif";
    context.textAlign = "center";
    context.fillText(new Date().toLocaleTimeString(), 640, 320);
    context.fillText(String(count), 640, 460);
    count += 1;
  };
  draw();
  const timer = setInterval(draw, 1000 / 30);
  const audio = new AudioContext();
  const oscillator = new OscillatorNode(audio, { frequency: 660 });
  const gain = new GainNode(audio, { gain: 0.2 });
  const destination = audio.createMediaStreamDestination();
  oscillator.connect(gain).connect(destination);
  oscillator.start();
  const stream = new MediaStream([...canvas.captureStream(30).getTracks(), ...destination.stream.getTracks()]);
  const close = () => {
    clearInterval(timer);
    stream.getTracks().forEach((track) => track.stop());
    audio.close();
  };
  return { stream, close };
}

// States and numbers

function showStates(connection) {
  fill("states", [
    ["connection", connection.connectionState],
    ["ICE", connection.iceConnectionState],
    ["candidates", connection.iceGatheringState],
    ["signalling", connection.signalingState],
  ]);
}

async function showNumbers(own) {
  const reports = [...(await own.connection.getStats()).values()];
  if (call !== own) return;
  const before = own.before;
  own.before = reports;
  const find = (list, type, kind) => list?.find((report) => report.type === type && report.kind === kind);
  const sent = (kind) => find(reports, "outbound-rtp", kind);
  const received = (kind) => find(reports, "inbound-rtp", kind);
  const rate = (type, kind, key) => {
    const [now, last] = [find(reports, type, kind), find(before, type, kind)];
    if (!now || !last || now.timestamp <= last.timestamp) return "";
    return `${Math.round(((now[key] - last[key]) * 8) / (now.timestamp - last.timestamp))} kbit/s`;
  };
  const size = (report) => (report?.frameWidth ? `${report.frameWidth}×${report.frameHeight}` : "");
  const lost = (kind) => find(reports, "remote-inbound-rtp", kind)?.packetsLost ?? "";
  const transport = reports.find((report) => report.type === "transport");
  const pair = reports.find((report) => report.id === transport?.selectedCandidatePairId)
    ?? reports.find((report) => report.type === "candidate-pair" && report.nominated);
  const roundTrip = pair?.currentRoundTripTime;
  fill("numbers", [
    ["picture", size(sent("video")), size(received("video"))],
    ["pictures a second", sent("video")?.framesPerSecond ?? "", received("video")?.framesPerSecond ?? ""],
    ["video", rate("outbound-rtp", "video", "bytesSent"), rate("inbound-rtp", "video", "bytesReceived")],
    ["audio", rate("outbound-rtp", "audio", "bytesSent"), rate("inbound-rtp", "audio", "bytesReceived")],
    ["video packets lost", lost("video"), received("video")?.packetsLost ?? ""],
    ["audio packets lost", lost("audio"), received("audio")?.packetsLost ?? ""],
    ["round trip", roundTrip === undefined ? "" : `${(roundTrip * 1000).toFixed(1)} ms`, ""],
  ]);
}

function fill(id, rows) {
  element(id).replaceChildren(...rows.map(([title, ...values]) => {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.textContent = title;
    row.append(head, ...values.map((value) => {
      const cell = document.createElement("td");
      cell.textContent = String(value);
      return cell;
    }));
    return row;
  }));
}

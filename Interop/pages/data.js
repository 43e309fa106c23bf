// The data channels of a browser with the program under test. With ?role=offer the page opens channels that `rtc serve`
// echoes or digests; with ?role=answer it digests the file that `rtc call --data` sends.
import {answer, check, checks, expect, log, offer, post, sleep, stats, until} from './signal.js';

const query = new URLSearchParams(location.search);
const role = query.get('role'), negotiatedId = +query.get('negotiated'), loss = +query.get('loss');
const fileMegabytes = loss ? 1 : 16, lossyMessages = loss ? 500 : 50;
const connectMs = 20000, checkMs = 40000;

// A channel with what has come on it, in order.
class Line {
  constructor(connection, label, options) {
    this.channel = connection.createDataChannel(label, options);
    this.channel.binaryType = 'arraybuffer';
    this.received = [];
    this.channel.onmessage = event => this.received.push(event.data);
    this.channel.onerror = event => { this.error = event.error?.message; };
  }
  opened() { return until(() => this.channel.readyState === 'open', connectMs, () => `${this.channel.label} is ${this.channel.readyState}`); }
  count(count) { return until(() => this.received.length >= count, checkMs, () => `${this.received.length} of ${count} messages came back`); }
  closed() { return until(() => this.channel.readyState === 'closed', checkMs, () => `${this.channel.label} is ${this.channel.readyState}`); }
}

const same = (a, b) => typeof a === 'string' || typeof b === 'string' ? a === b
  : a.byteLength === b.byteLength && new Uint8Array(a).every((byte, index) => byte === new Uint8Array(b)[index]);
const hex = buffer => [...new Uint8Array(buffer)].map(byte => byte.toString(16).padStart(2, '0')).join('');
const digest = async bytes => hex(await crypto.subtle.digest('SHA-256', bytes));

function noise(length) {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let index = 0; index < length; index++) bytes[index] = (state = state * 1103515245 + 12345 & 0x7fffffff) >> 16;
  return bytes;
}

async function echo(line, messages) {
  await line.opened();
  for (const message of messages) line.channel.send(message);
  await line.count(messages.length);
  messages.forEach((message, index) => {
    const expected = message instanceof Uint8Array ? message.buffer : message;
    expect(same(line.received[index], expected), `message ${index} came back changed`);
  });
}

// The numbers of the messages that came back over a channel that repeats nothing.
async function lossyEcho(line) {
  await line.opened();
  // As large as packets, so that each is lost by itself.
  for (let index = 0; index < lossyMessages; index++) line.channel.send(`${index}`.padEnd(1000));
  // What is sent last comes back last, if it comes back.
  for (const end = performance.now() + checkMs; !line.received.includes('end'); await sleep(100)) {
    expect(performance.now() < end, `${line.received.length} of ${lossyMessages} came back, and not the end`);
    line.channel.send('end');
  }
  await sleep(500);
  const numbers = line.received.filter(message => message !== 'end').map(Number);
  const least = lossyMessages * (loss ? 0.75 : 0.9);
  expect(numbers.length >= least, `${numbers.length} of ${lossyMessages} came back`);
  expect(!loss || numbers.length < lossyMessages, 'nothing was lost');
  return numbers;
}

async function sendFile(line) {
  await line.opened();
  const file = noise(fileMegabytes << 20), started = performance.now();
  line.channel.bufferedAmountLowThreshold = 1 << 20;
  for (let offset = 0; offset < file.length; offset += 65536) {
    if (line.channel.bufferedAmount > 4 << 20) {
      await new Promise(done => line.channel.addEventListener('bufferedamountlow', done, {once: true}));
    }
    line.channel.send(file.subarray(offset, offset + 65536));
  }
  line.channel.send('end');
  await line.count(1);
  const seconds = (performance.now() - started) / 1000;
  expect(line.received[0] === await digest(file), 'the digest is another');
  return `${Math.round(8 * file.length / seconds / 1e6)} Mbit/s`;
}

async function offering(connection) {
  const lines = {};
  const started = await offer(connection, connection => {
    lines.echo = new Line(connection, 'echo');
    lines.unordered = new Line(connection, 'unordered', {ordered: false});
    lines.lossy = new Line(connection, 'lossy', {ordered: false, maxRetransmits: 0});
    lines.lossyInOrder = new Line(connection, 'lossy in order', {maxRetransmits: 0});
    lines.negotiated = new Line(connection, 'negotiated', {negotiated: true, id: negotiatedId});
    lines.file = new Line(connection, 'file', {protocol: 'sha-256'});
  });
  await until(() => connection.connectionState === 'connected', connectMs, () => `connection ${connection.connectionState}`);
  const setUpMs = Math.round(performance.now() - started);
  await check('text', () => echo(lines.echo, ['hello', 'grüße 🎈']));
  lines.echo.received.length = 0;
  await check('binary', () => echo(lines.echo, [noise(1), noise(1200), noise(70000)]));
  lines.echo.received.length = 0;
  await check('empty', () => echo(lines.echo, ['', new Uint8Array(0), 'after']));
  lines.echo.received.length = 0;
  await check('256 KiB', () => echo(lines.echo, [noise(262144)]));
  await check(`${fileMegabytes} MB`, () => sendFile(lines.file));
  await check('closed by rtc', () => lines.file.closed());
  await check('unordered', async () => {
    const messages = Array.from({length: 50}, (_, index) => `${index}`);
    await lines.unordered.opened();
    messages.forEach(message => lines.unordered.channel.send(message));
    await lines.unordered.count(50);
    expect(new Set(lines.unordered.received).size === 50, 'messages are missing');
  });
  await check('maxRetransmits 0', async () => {
    const numbers = await lossyEcho(lines.lossy);
    expect(new Set(numbers).size === numbers.length, 'a message came twice');
    return `${numbers.length} of ${lossyMessages}`;
  });
  await check('maxRetransmits 0 in order', async () => {
    const numbers = await lossyEcho(lines.lossyInOrder);
    expect(numbers.every((number, index) => !index || number > numbers[index - 1]), 'messages came out of order');
    return `${numbers.length} of ${lossyMessages}`;
  });
  await check('negotiated', () => echo(lines.negotiated, ['one', noise(5)]));
  await check('100 channels', async () => {
    const many = Array.from({length: 100}, (_, index) => new Line(connection, `channel ${index}`));
    for (const line of many) await echo(line, [line.channel.label]);
    many.forEach(line => line.channel.close());
    for (const line of many) await line.closed();
  });
  await check('closed by peer', async () => {
    lines.echo.channel.close();
    await lines.echo.closed();
    expect(!lines.echo.error, lines.echo.error);
  });
  return setUpMs;
}

async function answering(connection) {
  const finished = new Promise(done => {
    connection.ondatachannel = ({channel}) => {
      const parts = [];
      channel.binaryType = 'arraybuffer';
      channel.onmessage = async ({data}) => {
        if (typeof data !== 'string') return parts.push(data);
        const bytes = await new Blob(parts).arrayBuffer();
        checks.push({name: 'file', passed: bytes.byteLength > 0, detail: `${bytes.byteLength} bytes`});
        channel.send(await digest(bytes));
      };
      channel.onclose = () => done();
    };
  });
  const started = await answer(connection, () => {});
  await until(() => connection.connectionState === 'connected', connectMs, () => `connection ${connection.connectionState}`);
  const setUpMs = Math.round(performance.now() - started);
  await check('closed by rtc', () => Promise.race([
    finished, new Promise((_, fail) => setTimeout(() => fail(Error('the channel stays open')), checkMs))]));
  return setUpMs;
}

try {
  // Permission to capture makes a browser gather real addresses.
  await navigator.mediaDevices.getUserMedia({audio: true});
  const connection = new RTCPeerConnection();
  connection.onconnectionstatechange = () => log('connection', connection.connectionState);
  const setUpMs = await (role === 'offer' ? offering : answering)(connection);
  await post('/report/peer', {agent: navigator.userAgent, setUpMs, checks, after: await stats(connection)});
} catch (error) {
  await post('/report/peer', {error: String(error), stack: error.stack, checks});
}

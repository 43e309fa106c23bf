// One call of a browser with the program under test. The driver opens this page with ?role=offer or ?role=answer and
// stands between the two: an offerer posts its offer to /offer and gets the answer back; an answerer takes the offer
// from /offer and posts its answer to /answer. At the end the page posts what it measured to /report/peer.
import {PictureReader, ToneMeter, patternTrack, startAudio, toneTrack} from './media.js';
import {answer, log, offer, post, sleep, stats, until} from './signal.js';

const query = new URLSearchParams(location.search);
const role = query.get('role'), hertz = +query.get('hertz'), seconds = +query.get('seconds');
const width = +query.get('width'), height = +query.get('height');
const connectMs = 20000, mediaMs = 15000, lookEveryMs = 100;

async function call() {
  // Permission to capture makes a browser gather real addresses; the devices themselves are only a fallback.
  const devices = await navigator.mediaDevices.getUserMedia({audio: true, video: true});
  const audio = await startAudio();
  const local = new MediaStream([
    patternTrack(width, height, 30), audio ? toneTrack(audio, hertz) : devices.getAudioTracks()[0]]);

  const connection = new RTCPeerConnection();
  const remote = new MediaStream();
  connection.ontrack = event => { log('track', event.track.kind); remote.addTrack(event.track); };
  connection.oniceconnectionstatechange = () => log('ICE', connection.iceConnectionState);
  connection.onconnectionstatechange = () => log('connection', connection.connectionState);

  const started = await (role === 'offer' ? offer : answer)(
    connection, connection => local.getTracks().forEach(track => connection.addTrack(track, local)));
  await until(() => connection.connectionState === 'connected', connectMs,
    () => `not connected: ICE ${connection.iceConnectionState}, connection ${connection.connectionState}`);
  const setUpMs = Math.round(performance.now() - started);

  const video = document.getElementById('remote');
  video.srcObject = remote;
  const reader = new PictureReader(video), meter = audio && new ToneMeter(audio, remote);
  const report = {agent: navigator.userAgent, setUpMs, sentHertz: audio ? hertz : null};
  try {
    await until(() => video.videoWidth > 0, mediaMs, () => 'no video frame was decoded');
    report.firstFrameMs = Math.round(performance.now() - started);
  } catch (error) { report.error = String(error); }

  await sleep(1000);
  const before = await stats(connection);
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; await sleep(lookEveryMs)) {
    reader.look();
    meter?.look();
  }
  const after = await stats(connection);
  if (reader.looked) await post('/picture/peer', await reader.picture());
  return {...report, picture: reader.result(), tone: meter?.result() ?? null, before, after};
}

try {
  await post('/report/peer', await call());
} catch (error) {
  await post('/report/peer', {error: String(error), stack: error.stack});
}

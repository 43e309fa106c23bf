// What becomes of a bot's tracks on their way to a browser. The page asks the bot over a data channel to disable,
// constrain, clone and stop them, and the driver to let its devices stall; it looks at what is decoded, and at which
// devices are open.
import {ToneMeter, startAudio} from './media.js';
import {check, checks, expect, log, offer, post, sleep, stats, until} from './signal.js';

const hertz = 1000;  // of the microphone
const connectMs = 20000, changeMs = 10000, watchMs = 1000, lookEveryMs = 100;
// The camera films a ramp of grey, all of it in one colour (Tests/Rigs/Camera/pictures.c).
const filmed = {cb: 100, cr: 160}, blackLuma = 16;

// Asks the bot; it answers in order.
class Remote {
  waiting = []; channel;
  constructor(channel) {
    this.channel = channel;
    channel.onmessage = ({data}) => this.waiting.shift()(JSON.parse(data));
  }
  async ask(action, kind = 'video', constraints) {
    const answered = new Promise(done => this.waiting.push(done));
    this.channel.send(JSON.stringify({do: action, kind, constraints}));
    const status = await answered;
    expect(!status.error, `${action} ${kind}: ${status.error}`);
    return status;
  }
}

const far = {
  stall: (device, stalls) => post(`/device/${device}`, new Blob([stalls ? 's' : ''])),
  open: async () => (await fetch('/devices')).json(),
};

// What is on the screen: the mean colour as limited-range Cb and Cr, the brightest component, and the decoded luma.
class Eye {
  canvas = Object.assign(document.createElement('canvas'), {width: 160, height: 120});
  context = this.canvas.getContext('2d', {willReadFrequently: true});

  constructor(video) { this.video = video; }

  // Nothing before the first picture is there.
  async look() {
    if (this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
    const {videoWidth: width, videoHeight: height} = this.video;
    this.context.drawImage(this.video, 0, 0, 160, 120);
    const {data} = this.context.getImageData(0, 0, 160, 120), count = data.length / 4;
    const mean = [0, 0, 0];
    let brightest = 0;
    for (let i = 0; i < data.length; i++) {
      if (i % 4 === 3) continue;
      mean[i % 4] += data[i] / count;
      brightest = Math.max(brightest, data[i]);
    }
    const [r, g, b] = mean;
    const cb = 128 - 0.148 * r - 0.291 * g + 0.439 * b, cr = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
    return {width, height, brightest, cb, cr, decoded: await decodedLuma(this.video)};
  }
}

// Extremes of the luma as it was decoded, before any conversion, where the browser shows it: a canvas could not tell
// 16, the black of limited range, from less.
async function decodedLuma(video) {
  const frame = window.VideoFrame && new VideoFrame(video);
  if (!frame) return undefined;
  try {
    if (!/^(I420|NV12)$/.test(frame.format)) return undefined;
    const bytes = new Uint8Array(frame.allocationSize()), [{offset, stride}] = await frame.copyTo(bytes);
    const {width, height} = frame.visibleRect;
    let [least, greatest] = [255, 0];
    for (let y = 0; y < height; y++) {
      for (const luma of bytes.subarray(offset + y * stride, offset + y * stride + width)) {
        if (luma < least) least = luma;
        if (luma > greatest) greatest = luma;
      }
    }
    return {least, greatest};
  } finally { frame.close(); }
}

const near = (a, b, tolerance) => Math.abs(a - b) <= tolerance;
const isFilmed = ({brightest, cb, cr}) => brightest > 120 && near(cb, filmed.cb, 8) && near(cr, filmed.cr, 8);
const isBlack = ({brightest, decoded}) => brightest <= 3
  && (!decoded || near(decoded.least, blackLuma, 1) && near(decoded.greatest, blackLuma, 1));
const isSized = (width, height) => seen => isFilmed(seen) && seen.width === width && seen.height === height;
const isTone = ({hertz: heard}) => heard !== undefined && near(heard, hertz, hertz * 0.02);
const isSilent = ({level}) => level < 0.001;
const anything = () => true;

class Watcher {
  constructor(connection, video, meter) { Object.assign(this, {connection, meter, eye: new Eye(video)}); }

  async inbound() {
    const found = {};
    for (const entry of await stats(this.connection)) if (entry.type === 'inbound-rtp') found[entry.kind] = entry;
    return found;
  }

  // Waits until what is seen and heard is as expected for a whole second. Tells how many pictures were decoded and how
  // many packets of sound came in that second.
  async expects(picture, sound) {
    let seen, heard;
    const look = async () => {
      this.meter?.reset();
      await sleep(lookEveryMs);
      this.meter?.look();
      [seen, heard] = [await this.eye.look(), this.meter?.result()];
      return seen && picture(seen) && (!heard || sound(heard));
    };
    let before, started, isWatching = false;
    for (const end = performance.now() + changeMs; !isWatching || performance.now() < started + watchMs;) {
      const isExpected = await look();
      expect(isExpected || performance.now() < end, `seen: ${JSON.stringify(seen)}, heard: ${JSON.stringify(heard)}`);
      if (isExpected && !isWatching) [before, started] = [await this.inbound(), performance.now()];
      isWatching = isExpected;
    }
    const after = await this.inbound(), seconds = (performance.now() - started) / 1000;
    const rate = (kind, name) => Math.round(((after[kind]?.[name] ?? 0) - (before[kind]?.[name] ?? 0)) / seconds);
    return {seen, heard, pictures: rate('video', 'framesDecoded'), packets: rate('audio', 'packetsReceived')};
  }
}

async function untilAsync(condition, explain) {
  for (const end = performance.now() + changeMs; !await condition(); await sleep(50)) {
    expect(performance.now() < end, explain());
  }
}

async function run(connection) {
  const audio = await startAudio(), remote = new MediaStream(), tracks = {};
  connection.ontrack = ({track}) => { tracks[track.kind] = track; remote.addTrack(track); };
  let channel;
  const started = await offer(connection, connection => {
    for (const kind of ['audio', 'video']) connection.addTransceiver(kind, {direction: 'recvonly'});
    channel = connection.createDataChannel('requests');
  });
  await until(() => channel.readyState === 'open', connectMs, () => `the data channel is ${channel.readyState}`);
  const setUpMs = Math.round(performance.now() - started);
  const video = document.getElementById('remote');
  video.srcObject = remote;
  const bot = new Remote(channel), watcher = new Watcher(connection, video, audio && new ToneMeter(audio, remote));
  const flows = ({pictures, packets}) => {
    expect(pictures >= 10 && packets >= 25, `${pictures} pictures and ${packets} packets of sound in a second`);
  };
  const {negotiationsNeeded} = await bot.ask('tell');

  await check('camera and microphone', async () => {
    const found = await watcher.expects(isSized(640, 480), isTone);
    flows(found);
    return `640x480, ${found.pictures} fps, ${found.heard ? `${Math.round(found.heard.hertz)} Hz` : 'energy only'}`;
  });
  await check('disabled', async () => {
    for (const kind of ['video', 'audio']) await bot.ask('disable', kind);
    const found = await watcher.expects(isBlack, isSilent);
    flows(found);
    const luma = found.seen.decoded ? `Y ${found.seen.decoded.least} to ${found.seen.decoded.greatest}` : 'black';
    return `${luma}, ${found.pictures} fps, ${found.packets} packets/s of silence`;
  });
  await check('enabled', async () => {
    for (const kind of ['video', 'audio']) await bot.ask('enable', kind);
    flows(await watcher.expects(isSized(640, 480), isTone));
  });
  await check('camera stalls', async () => {
    await far.stall('camera', true);
    await untilAsync(async () => (await bot.ask('tell')).tracks.video.muted, () => 'the bot\'s track is not muted');
    const found = await watcher.expects(isBlack, isTone);
    expect(!tracks.video.muted, 'the browser takes a track for muted that it gets black pictures of');
    expect(found.pictures <= 3, `${found.pictures} black pictures in a second`);
    await far.stall('camera', false);
    flows(await watcher.expects(isSized(640, 480), isTone));
    const {muted, mutes, unmutes} = (await bot.ask('tell')).tracks.video;
    expect(!muted && mutes > 0 && unmutes === mutes, `${mutes} mute and ${unmutes} unmute events`);
    return `mute, black, unmute`;
  });
  await check('microphone stalls', async () => {
    await far.stall('microphone', true);
    await untilAsync(async () => (await bot.ask('tell')).tracks.audio.muted, () => 'the bot\'s track is not muted');
    const found = await watcher.expects(isSized(640, 480), isSilent);
    expect(found.packets === 0, `${found.packets} packets of sound in a second`);
    await far.stall('microphone', false);
    flows(await watcher.expects(isSized(640, 480), isTone));
    const {muted, mutes, unmutes} = (await bot.ask('tell')).tracks.audio;
    expect(!muted && mutes > 0 && unmutes === mutes, `${mutes} mute and ${unmutes} unmute events`);
    return `mute, no packet, silence, unmute`;
  });
  await check('applyConstraints', async () => {
    const small = {width: {exact: 320}, height: {exact: 180}, frameRate: {max: 10}};
    const {settings} = (await bot.ask('apply', 'video', small)).tracks.video;
    const found = await watcher.expects(isSized(320, 180), isTone);
    expect(near(found.pictures, settings.frameRate, 2), `${found.pictures} fps, and the settings say ${settings.frameRate}`);
    await bot.ask('apply', 'video', {width: 1280, height: 720});
    const large = await watcher.expects(isSized(1280, 720), isTone);
    await bot.ask('apply', 'video', {width: 640, height: 480, frameRate: 25});
    flows(await watcher.expects(isSized(640, 480), isTone));
    const now = (await bot.ask('tell')).negotiationsNeeded;
    expect(now === negotiationsNeeded, 'the bot wants to negotiate');
    return `320x180 at ${found.pictures} fps, 1280x720 at ${large.pictures} fps`;
  });
  await check('a clone goes on', async () => {
    await bot.ask('clone');
    await bot.ask('stop');
    flows(await watcher.expects(isSized(640, 480), isTone));
    expect((await far.open()).camera, 'the camera is closed, and a clone lives');
    return 'camera open';
  });
  await check('the last clone stops', async () => {
    await bot.ask('stop');
    await untilAsync(async () => !(await far.open()).camera, () => 'the camera is still open');
    let found;
    // Pictures that are under way still come.
    await untilAsync(async () => !(found = await watcher.expects(anything, isTone)).pictures, () => 'pictures still come');
    expect(found.packets >= 25, `${found.packets} packets of sound in a second`);
    expect((await far.open()).microphone, 'the microphone is closed');
    const reported = async () => (await stats(connection)).find(
      entry => entry.type === 'remote-outbound-rtp' && entry.kind === 'audio')?.remoteTimestamp;
    const last = await reported();
    await untilAsync(async () => await reported() > last, () => 'no sender report came any more');
    return 'camera closed, sound and reports go on';
  });
  await check('the microphone stops', async () => {
    await bot.ask('stop', 'audio');
    await untilAsync(async () => !(await far.open()).microphone, () => 'the microphone is still open');
    await watcher.expects(anything, isSilent);
    const {connectionState} = await bot.ask('tell');
    expect(connectionState === 'connected' && connection.connectionState === 'connected', `the call is ${connectionState}`);
    return 'microphone closed, call connected';
  });
  return setUpMs;
}

try {
  // Permission to capture makes a browser gather real addresses.
  await navigator.mediaDevices.getUserMedia({audio: true, video: true});
  const connection = new RTCPeerConnection();
  connection.onconnectionstatechange = () => log('connection', connection.connectionState);
  const setUpMs = await run(connection);
  await post('/report/peer', {agent: navigator.userAgent, setUpMs, checks, after: await stats(connection)});
} catch (error) {
  await post('/report/peer', {error: String(error), stack: error.stack, checks});
}

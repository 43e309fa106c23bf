// What the page sends, and what it measures in what it receives.
import {COUNTER, TIME, colourError, draw, readCode} from './pattern.js';
import {sleep} from './signal.js';

// A camera of our own: the test pattern on a canvas.
export function patternTrack(width, height, framesPerSecond) {
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const capture = window.MediaStreamTrackGenerator ? captureFrames : captureCanvas;
  const {track, captured} = capture(canvas);
  let counter = 0;
  setInterval(() => { draw(context, counter++, Date.now()); captured(); }, 1000 / framesPerSecond);
  return track;
}

// Without a rate every drawing is captured; with one Firefox misses a third of them.
function captureCanvas(canvas) {
  return {track: canvas.captureStream().getVideoTracks()[0], captured() {}};
}

// Chromium encodes a canvas as full-range BT.709 and says so only in an RTP header extension of its own: a receiver
// without it shows wrong colours. So it gets what a camera delivers: limited-range BT.601.
function captureFrames(canvas) {
  const {width: codedWidth, height: codedHeight} = canvas, context = canvas.getContext('2d');
  const track = new MediaStreamTrackGenerator({kind: 'video'}), writer = track.writable.getWriter();
  const colorSpace = {matrix: 'smpte170m', primaries: 'smpte170m', transfer: 'smpte170m', fullRange: false};
  const captured = () => {
    const bytes = limitedRangeI420(context.getImageData(0, 0, codedWidth, codedHeight));
    const timestamp = performance.now() * 1000;
    writer.write(new VideoFrame(bytes, {format: 'I420', codedWidth, codedHeight, timestamp, colorSpace}));
  };
  return {track, captured};
}

function limitedRangeI420({data, width, height}) {
  const size = width * height, bytes = new Uint8Array(size * 3 / 2);
  for (let i = 0; i < size; i++) {
    const r = data[4 * i], g = data[4 * i + 1], b = data[4 * i + 2];
    bytes[i] = 16.5 + 0.257 * r + 0.504 * g + 0.098 * b;
    const x = i % width, y = (i - x) / width;
    if (x % 2 || y % 2) continue;
    const chroma = size + y / 2 * (width / 2) + x / 2;
    bytes[chroma] = 128.5 - 0.148 * r - 0.291 * g + 0.439 * b;
    bytes[chroma + size / 4] = 128.5 + 0.439 * r - 0.368 * g - 0.071 * b;
  }
  return bytes;
}

// A running AudioContext, or undefined: without any audio device Firefox never starts one.
export async function startAudio() {
  const context = new AudioContext();
  await Promise.race([context.resume(), sleep(3000)]);
  return context.state === 'running' ? context : undefined;
}

export function toneTrack(audio, hertz) {
  const oscillator = audio.createOscillator(), volume = audio.createGain(), end = audio.createMediaStreamDestination();
  oscillator.frequency.value = hertz;
  volume.gain.value = 0.3;
  oscillator.connect(volume).connect(end);
  oscillator.start();
  return end.stream.getAudioTracks()[0];
}

// Reads the burnt-in codes of a <video> whenever it is asked to look.
export class PictureReader {
  canvas = document.createElement('canvas');
  looked = 0; read = 0; backwards = 0; delays = [];

  constructor(video) {
    this.video = video;
    this.context = this.canvas.getContext('2d', {willReadFrequently: true});
  }

  look() {
    const {videoWidth: width, videoHeight: height} = this.video;
    if (!width) return;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, {width, height});
    this.context.drawImage(this.video, 0, 0);
    const image = this.context.getImageData(0, 0, width, height);
    const counter = readCode(image, COUNTER), time = readCode(image, TIME);
    this.looked++;
    this.colourError = Math.round(colourError(image));
    if (counter === undefined) return;
    this.read++;
    this.first ??= counter;
    if (counter < this.last) this.backwards++;
    this.last = counter;
    if (time !== undefined) this.delays.push((Date.now() - time) % 0x1000000);
  }

  result() {
    const {looked, read, first, last, backwards, colourError} = this;
    return {width: this.canvas.width, height: this.canvas.height, looked, read, first, last, backwards, colourError,
      delayMs: median(this.delays)};
  }

  picture() { return new Promise(resolve => this.canvas.toBlob(resolve, 'image/png')); }
}

// Measures the strongest frequency of a stream.
export class ToneMeter {
  found = []; loudest = 0;

  constructor(audio, stream) {
    this.analyser = audio.createAnalyser();
    this.analyser.fftSize = 8192;
    this.analyser.smoothingTimeConstant = 0;
    this.binWidth = audio.sampleRate / this.analyser.fftSize;
    this.decibels = new Float32Array(this.analyser.frequencyBinCount);
    this.samples = new Float32Array(this.analyser.fftSize);
    audio.createMediaStreamSource(stream).connect(this.analyser);
  }

  look() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const level = Math.sqrt(this.samples.reduce((sum, x) => sum + x * x, 0) / this.samples.length);
    this.loudest = Math.max(this.loudest, level);
    if (level < 0.01) return;
    this.analyser.getFloatFrequencyData(this.decibels);
    let peak = 1;
    for (let i = 1; i < this.decibels.length - 1; i++) if (this.decibels[i] > this.decibels[peak]) peak = i;
    // The peak lies between bins: at the top of the parabola through the three highest.
    const [a, b, c] = this.decibels.subarray(peak - 1, peak + 2);
    this.found.push((peak + (a - c) / (2 * (a - 2 * b + c))) * this.binWidth);
  }

  result() { return {hertz: median(this.found), level: +this.loudest.toFixed(3)}; }

  reset() { this.found = []; this.loudest = 0; }
}

function median(numbers) {
  return numbers.length ? +[...numbers].sort((a, b) => a - b)[numbers.length >> 1].toFixed(1) : undefined;
}

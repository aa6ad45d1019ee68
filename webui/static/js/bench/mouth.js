// What the microphone says as 16-bit samples of 8 kHz, 40 ms at a time.

const RATE = 8_000;
const PIECE = 320;

class Mouth extends AudioWorkletProcessor {
  constructor() {
    super();
    this.piece = new Int16Array(PIECE);
    this.count = 0;
    this.at = 0; // of the next sample, in the input's samples after `last`
    this.last = 0;
  }

  process([[input]]) {
    if (!input) return true;
    const step = sampleRate / RATE;
    while (this.at < input.length) {
      const index = Math.floor(this.at);
      const before = index ? input[index - 1] : this.last;
      this.put(before + (input[index] - before) * (this.at - index));
      this.at += step;
    }
    this.at -= input.length;
    this.last = input[input.length - 1];
    return true;
  }

  put(sample) {
    this.piece[this.count++] = Math.max(-1, Math.min(1, sample)) * 32767;
    if (this.count < PIECE) return;
    this.port.postMessage(this.piece.buffer, [this.piece.buffer]);
    this.piece = new Int16Array(PIECE);
    this.count = 0;
  }
}

registerProcessor("mouth", Mouth);

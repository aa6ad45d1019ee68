// Plays 16-bit samples of 8 kHz as they come. A little waits to even out how they arrive; what is too much is dropped.

const RATE = 8_000;
const PRIME = 560; // 70 ms
const MOST = 2_000; // 250 ms

class Ear extends AudioWorkletProcessor {
  constructor() {
    super();
    this.kept = new Float32Array(8 * MOST);
    this.read = 0; // with a fraction
    this.end = 0;
    this.flows = false;
    this.port.onmessage = ({ data }) => (data ? this.take(new Int16Array(data)) : this.clear());
  }

  clear() { this.read = this.end = 0; this.flows = false; }

  take(samples) {
    if (this.end - this.read + samples.length > MOST) this.read = Math.max(Math.floor(this.read), this.end + samples.length - PRIME);
    for (const one of samples) this.kept[this.end++ % this.kept.length] = one / 32768;
    this.read = Math.min(this.read, this.end);
  }

  process(_, [[out]]) {
    if (!this.flows && this.end - this.read < PRIME) return true;
    this.flows = true;
    const step = RATE / sampleRate;
    for (let i = 0; i < out.length; i++) {
      const at = Math.floor(this.read);
      if (at + 1 >= this.end) { this.flows = false; break; }
      const [one, next] = [this.kept[at % this.kept.length], this.kept[(at + 1) % this.kept.length]];
      out[i] = one + (next - one) * (this.read - at);
      this.read += step;
    }
    return true;
  }
}

registerProcessor("ear", Ear);

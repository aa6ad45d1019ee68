// Ear and mouth of the browser: 8 kHz telephone sound out and in, through worklets of its sound thread.

const BAND_HZ = 3500;
const ROWS = [[697, "123A"], [770, "456B"], [852, "789C"], [941, "*0#D"]];
const COLUMNS = [1209, 1336, 1477, 1633];
const here = (name) => new URL(name, import.meta.url);

export class Sound {
  /** Only after a gesture: browsers stay silent before. May be called again and again. */
  async open() {
    this.opening ??= this.build();
    await this.opening;
    if (this.context.state !== "running") await this.context.resume();
  }

  async build() {
    const context = this.context = new AudioContext({ latencyHint: "interactive" });
    await Promise.all(["ear.js", "mouth.js"].map((name) => context.audioWorklet.addModule(here(name))));
    this.ear = new AudioWorkletNode(context, "ear", { numberOfInputs: 0, outputChannelCount: [1] });
    this.analyser = new AnalyserNode(context, { fftSize: 2048 });
    this.gain = new GainNode(context, { gain: this.volume ?? 0.8 });
    this.ear.connect(this.band()).connect(this.band()).connect(this.analyser).connect(this.gain).connect(context.destination);
  }

  band() { return new BiquadFilterNode(this.context, { type: "lowpass", frequency: BAND_HZ }); }

  hear(samples) { if (this.context?.state === "running") this.ear?.port.postMessage(samples, [samples]); }

  quiet() { this.ear?.port.postMessage(null); }

  set loudness(share) {
    this.volume = share;
    if (this.gain) this.gain.gain.value = share;
  }

  /** Decibels above the faintest that shows; 0 for silence. */
  get level() {
    if (!this.analyser) return 0;
    this.samples ??= new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, one) => sum + one * one, 0) / this.samples.length;
    return Math.max(0, Math.min(60, 10 * Math.log10(power + 1e-9) + 66));
  }

  /** A key's own tone in the ear of who presses it. */
  key(key) {
    if (this.context?.state !== "running") return;
    const [row, keys] = ROWS.find((one) => one[1].includes(key));
    const [now, out] = [this.context.currentTime, new GainNode(this.context, { gain: 0.06 * this.gain.gain.value })];
    out.connect(this.context.destination);
    for (const frequency of [row, COLUMNS[keys.indexOf(key)]]) {
      const tone = new OscillatorNode(this.context, { frequency });
      tone.connect(out);
      tone.start(now);
      tone.stop(now + 0.12);
    }
  }

  /** What the microphone says goes to `say`, 40 ms at a time. Throws where the browser gives none. */
  async talk(say) {
    await this.open();
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } });
    this.source = new MediaStreamAudioSourceNode(this.context, { mediaStream: this.stream });
    this.mouth = new AudioWorkletNode(this.context, "mouth", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    this.mouth.port.onmessage = ({ data }) => say(data);
    this.source.connect(this.band()).connect(this.band()).connect(this.mouth);
  }

  hush() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.source?.disconnect();
    if (this.mouth) this.mouth.port.onmessage = null;
    this.stream = this.source = this.mouth = undefined;
  }
}

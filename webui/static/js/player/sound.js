// The sound of one recording: leave to hear it is asked for with the first play, and anew where it ran out.

export class Sound extends EventTarget {
  constructor(leave) {
    super();
    this.leave = leave;
    this.audio = new Audio();
    this.audio.preload = "auto";
    this.wanted = 0;
    this.gains = { left: null, right: null };
    this.heard = { left: true, right: true };
    for (const event of ["play", "pause", "seeked", "ended", "timeupdate"]) this.audio.addEventListener(event, () => this.tell());
    this.audio.addEventListener("loadedmetadata", () => { if (this.wanted !== null) { this.audio.currentTime = this.wanted; this.wanted = null; } });
    this.audio.addEventListener("error", () => this.again());
  }

  get isPlaying() { return !this.audio.paused && !this.audio.ended; }

  get position() { return this.wanted ?? this.audio.currentTime; }

  async play() {
    try {
      if (!this.audio.src) await this.come();
      this.wire();
      await this.audio.play();
      this.tried = false;
      this.follow();
    } catch (error) { if (error.name !== "AbortError") this.lost(); }
  }

  pause() { this.audio.pause(); }

  seek(seconds) {
    if (this.audio.readyState >= 1) this.audio.currentTime = seconds; else this.wanted = seconds;
    this.tell();
  }

  pace(speed) { this.audio.defaultPlaybackRate = this.audio.playbackRate = speed; }

  hear(side, isOn) {
    this.heard[side] = isOn;
    if (this.gains[side]) this.gains[side].gain.value = isOn ? 1 : 0;
  }

  async come() { this.audio.src = await this.leave(); }

  /** Each side goes to both ears, so that one alone is not heard in one ear. */
  wire() {
    if (this.context) { this.context.resume(); return; }
    this.context = new AudioContext();
    const sides = this.context.createChannelSplitter(2);
    this.context.createMediaElementSource(this.audio).connect(sides);
    ["left", "right"].forEach((side, number) => {
      this.gains[side] = this.context.createGain();
      this.hear(side, this.heard[side]);
      sides.connect(this.gains[side], number);
      this.gains[side].connect(this.context.destination);
    });
    this.context.resume();
  }

  async again() {
    if (!this.audio.src || this.tried) { this.lost(); return; }
    this.tried = true;
    const wasPlaying = this.isPlaying;
    this.wanted = this.position;
    try {
      await this.come();
      if (wasPlaying) await this.play();
    } catch { this.lost(); }
  }

  follow() {
    this.tell();
    if (this.isPlaying) requestAnimationFrame(() => this.follow());
  }

  tell() { this.dispatchEvent(new Event("change")); }

  lost() { this.dispatchEvent(new Event("lost")); }
}

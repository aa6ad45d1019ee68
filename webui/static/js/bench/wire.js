// The bench's socket: what one does goes there, how things stand and what is heard comes back. It finds its way back by itself.

const ACK_EVERY = 10;
const AGAIN_MS = 1_000;
const POLICY_VIOLATION = 1008;

export class Wire extends EventTarget {
  constructor(path = "/bench/wire") {
    super();
    this.path = path;
    this.asked = new Map();
    this.next = 1;
    this.held = "";
    this.open();
  }

  open() {
    this.got = 0;
    this.socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${this.path}`);
    this.socket.binaryType = "arraybuffer";
    this.socket.addEventListener("open", () => { if (this.held) this.hold(this.held); });
    this.socket.addEventListener("message", ({ data }) => (typeof data === "string" ? this.told(JSON.parse(data)) : this.sound(data)));
    this.socket.addEventListener("close", ({ code }) => this.lost(code));
  }

  /** Does it, and tells what came of it: `ok` and more. */
  do(what, values = {}) {
    if (!this.isOpen) return Promise.resolve({ ok: false });
    const id = this.next++;
    this.send({ do: what, id, ...values });
    return new Promise((settle) => this.asked.set(id, settle));
  }

  /** From now on this handset is at the ear. */
  hold(who) {
    this.held = who;
    if (this.isOpen) this.send({ do: "hold", who });
  }

  /** 16-bit samples at 8 kHz; a connection that does not keep up loses them. */
  say(samples) { if (this.isOpen && this.socket.bufferedAmount < 4_000) this.socket.send(samples); }

  get isOpen() { return this.socket.readyState === WebSocket.OPEN; }

  send(message) { this.socket.send(JSON.stringify(message)); }

  told(message) {
    if (message.event === "state" || message.event === "away") {
      this.dispatchEvent(new CustomEvent(message.event, { detail: message }));
    } else {
      this.asked.get(message.id)?.(message);
      this.asked.delete(message.id);
    }
  }

  sound(data) {
    this.got += 1;
    if (this.got % ACK_EVERY === 0) this.send({ do: "got", pieces: this.got });
    this.dispatchEvent(new CustomEvent("sound", { detail: data }));
  }

  lost(code) {
    for (const settle of this.asked.values()) settle({ ok: false });
    this.asked.clear();
    if (code === POLICY_VIOLATION) { location.reload(); return; }
    this.dispatchEvent(new Event("lost"));
    setTimeout(() => this.open(), AGAIN_MS);
  }
}

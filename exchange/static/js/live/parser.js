// The packets of the Socket.IO protocol, version 5, as text: `2["fragment",{...}]`, with an id where an answer is wanted.
// It takes the place of socket.io-parser (assets/build.mjs), two thirds of which are about binary messages. Ours are text.

export const protocol = 5;

export const PacketType = { CONNECT: 0, DISCONNECT: 1, EVENT: 2, ACK: 3, CONNECT_ERROR: 4 };

/** @typedef {{type: number, nsp: string, id?: number, data?: unknown}} Packet */

export class Encoder {
  /** @param {Packet} packet @returns {string[]} */
  encode({ type, nsp, id, data }) {
    return [`${type}${nsp === "/" ? "" : `${nsp},`}${id ?? ""}${data === undefined ? "" : JSON.stringify(data)}`];
  }
}

export class Decoder {
  /** @type {((packet: Packet) => void) | undefined} */
  #handler;

  /** @param {string} _event  "decoded", the only one @param {(packet: Packet) => void} handler */
  on(_event, handler) {
    this.#handler = handler;
  }

  off() {
    this.#handler = undefined;
  }

  /** What throws here is a parse error to the client, which then comes in anew. @param {string} text */
  add(text) {
    const [, type, nsp = "/", id, data] = /^([0-4])(?:(\/[^,]*),)?(\d*)(.*)$/s.exec(text) ?? [];
    if (!type) throw new Error("parse error");
    this.#handler?.({ type: Number(type), nsp, id: id ? Number(id) : undefined, data: data ? JSON.parse(data) : undefined });
  }

  destroy() {}
}

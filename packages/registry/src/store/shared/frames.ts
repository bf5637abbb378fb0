import type { Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';

/** Bytes of a message at most: larger ones are refused, and the connection ends. */
const maxBytes = 512 * 1024 * 1024;

/** Sends one message: its length as 4 bytes, then its value by structured clone, so that dates and numbers stay such. */
export function sendFrame(socket: Socket, message: unknown): void {
  if (socket.destroyed) return;
  const body = serialize(message);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  socket.write(head);
  socket.write(body);
}

/** Calls `receive` for each message. A frame that is none, or too large, ends the connection. */
export function onFrames(socket: Socket, receive: (message: unknown) => void): void {
  let parts: Buffer[] = [];
  let length = 0;
  let wanted: number | undefined;
  const take = (bytes: number): Buffer => {
    const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    parts = all.length > bytes ? [all.subarray(bytes)] : [];
    length -= bytes;
    return all.subarray(0, bytes);
  };
  socket.on('data', (data: Buffer) => {
    parts.push(data);
    length += data.length;
    try {
      for (;;) {
        if (wanted === undefined) {
          if (length < 4) return;
          wanted = take(4).readUInt32LE();
          if (wanted > maxBytes) throw new Error('a message that is too large');
        }
        if (length < wanted) return;
        const body = take(wanted);
        wanted = undefined;
        receive(deserialize(body));
      }
    } catch {
      socket.destroy();
    }
  });
}

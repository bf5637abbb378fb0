import type { Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import { InputError } from '../../errors.ts';

/** Bytes of a message at most. */
export const maxBytes = 256 * 1024 * 1024;

/**
 * Sends one message: its length as 4 bytes, then its value by structured clone, so that dates, numbers and bytes stay
 * such. Nothing is sent when it throws.
 * @throws InputError where it is too large, and DataCloneError where it holds what is no data, such as a function
 */
export function sendFrame(socket: Socket, message: unknown, limit = maxBytes): void {
  const body = serialize(message);
  if (body.length > limit)
    throw new InputError(
      'shared store',
      `statements and results of up to ${limit} bytes`,
      `${body.length}`,
      'ask for fewer rows at once',
    );
  if (!socket.writable) return;
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length);
  socket.cork();
  socket.write(head);
  socket.write(body);
  socket.uncork();
}

/** Calls `receive` for each message. What is none, is too large, or makes `receive` throw, ends the connection. */
export function onFrames(socket: Socket, receive: (message: unknown) => void, limit = maxBytes): void {
  let parts: Buffer[] = [];
  let length = 0;
  let wanted: number | undefined;
  const take = (bytes: number): Buffer => {
    const all = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    parts = all.length > bytes ? [all.subarray(bytes)] : [];
    length -= bytes;
    return all.subarray(0, bytes);
  };
  socket.on('data', (data: Buffer) => {
    parts.push(data);
    length += data.length;
    try {
      while (!socket.destroyed) {
        if (wanted === undefined) {
          if (length < 4) return;
          wanted = take(4).readUInt32LE();
          if (wanted > limit) throw new Error('a message that is too large');
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

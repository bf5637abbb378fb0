import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';

/** How often in a row a download may be cut off without a byte more. */
const mostCuts = 5;

type Answer = Pick<GetObjectCommandOutput, 'Body' | 'ContentLength' | 'ContentRange'>;

/**
 * The bytes of an object. Where the connection ends before they do, the rest is asked for. Whether all of them belong
 * together is for the check of their digest to say.
 * @param first the answer to a request of all of it
 * @param ask requests the bytes from a place on
 * @throws what the SDK throws
 */
export async function* piecesOf(
  first: Answer,
  ask: (from: number) => Promise<Answer>,
): AsyncIterable<Uint8Array> {
  const { ContentLength: bytes = 0 } = first;
  let answer = first;
  for (let [at, cuts] = [0, 0]; ; ) {
    try {
      for await (const piece of answer.Body as AsyncIterable<Uint8Array>) {
        at += piece.byteLength;
        cuts = 0;
        // Node's are buffers.
        yield new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
      }
      return;
    } catch (error) {
      cuts += 1;
      if (at >= bytes || cuts > mostCuts) throw error;
      answer = await ask(at);
      // Not every service knows ranges.
      if (!answer.ContentRange?.startsWith(`bytes ${at}-`)) throw error;
    }
  }
}

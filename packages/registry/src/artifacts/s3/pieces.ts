import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';

/** How often a download that is cut off goes on without a byte more. */
const mostCuts = 5;

type Answer = Pick<GetObjectCommandOutput, 'Body' | 'ContentLength' | 'ETag'>;

/**
 * The bytes of an object. Where the connection ends before they do, the rest is asked for, of the same object: what
 * has come in the meantime under its key does not match, and is refused by the service.
 * @param first the answer to a request of all of it
 * @param ask requests what is left
 * @param explain makes an error of what the SDK throws
 */
export async function* piecesOf(
  first: Answer,
  ask: (range: { readonly from: number; readonly etag: string }) => Promise<Answer>,
  explain: (error: unknown) => Error,
): AsyncIterable<Uint8Array> {
  const { ContentLength: bytes = 0, ETag: etag } = first;
  let answer = first;
  for (let [at, cuts] = [0, 0]; ; ) {
    try {
      for await (const piece of answer.Body as AsyncIterable<Uint8Array>) {
        at += piece.byteLength;
        cuts = 0;
        yield piece;
      }
      return;
    } catch (error) {
      cuts += 1;
      if (etag === undefined || at >= bytes || cuts > mostCuts) throw explain(error);
    }
    answer = await ask({ from: at, etag }).catch((error: unknown) => {
      throw explain(error);
    });
  }
}

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isSignedWith } from './s3-signature.cases.ts';

/**
 * What goes wrong at one request: the service is busy, or breaks; the connection ends before the request is answered,
 * in the middle of the bytes that are sent or fetched, or after the request was done; or nothing more is said.
 */
export type S3Fault = 'busy' | 'broken' | 'cut' | 'cut in the middle' | 'cut after' | 'silent';

export const accessKeyId = 'AKIATEST';
export const secretAccessKey = 'a-secret-that-no-error-shows';

interface StoredObject {
  readonly bytes: Buffer;
  readonly modified: Date;
}

interface Refusal {
  readonly status: number;
  readonly code: string;
}

const digestOf = (algorithm: string, bytes: Buffer, encoding: 'hex' | 'base64') =>
  createHash(algorithm).update(bytes).digest(encoding);

/**
 * A service that speaks what we need of S3's protocol, path style, in memory: objects are put, copied, fetched in
 * whole or from a place on, asked about, listed by pages and deleted. Signatures, lengths and checksums are compared
 * before anything is stored.
 */
export class S3Server {
  readonly objects = new Map<string, StoredObject>();
  /** Requests so far, by what they ask for: `PutObject k`. */
  readonly requests: string[] = [];
  /** Asked before each request what goes wrong with it. */
  fault: (request: string, index: number) => S3Fault | undefined = () => undefined;
  readonly bucket: string;
  readonly pageSize: number;
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => request.socket.destroy());
  });

  constructor({ bucket = 'bucket', pageSize = 1000 } = {}) {
    this.bucket = bucket;
    this.pageSize = pageSize;
  }

  async listen(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://host');
    const [, bucket, ...rest] = url.pathname.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    const operation = operationOf(request, key);
    const fault = this.fault(operation, this.requests.length);
    this.requests.push(`${operation} ${key}`);
    if (fault === 'silent') return;
    if (fault === 'cut') return void request.socket.destroy();
    const body = await bodyOf(request, fault === 'cut in the middle' && operation === 'PutObject');
    if (!body) return;
    if (fault === 'busy') return refuse(response, { status: 503, code: 'SlowDown' });
    if (fault === 'broken') return refuse(response, { status: 500, code: 'InternalError' });
    if (!isSignedWith(secretAccessKey, request))
      return refuse(response, { status: 403, code: 'SignatureDoesNotMatch' });
    if (bucket !== this.bucket) return refuse(response, { status: 404, code: 'NoSuchBucket' });
    const answer = this.#answer(operation, key, url, request, body);
    if (fault === 'cut after') return void request.socket.destroy();
    if ('code' in answer) return refuse(response, answer);
    const { status = 200, headers = {}, content = '' } = answer;
    response.writeHead(status, { 'content-length': Buffer.byteLength(content), ...headers });
    if (operation === 'HeadObject') return void response.end();
    if (fault === 'cut in the middle') {
      const bytes = Buffer.from(content);
      return void response.write(bytes.subarray(0, bytes.length >> 1), () => request.socket.destroy());
    }
    response.end(content);
  }

  #answer(
    operation: string,
    key: string,
    url: URL,
    request: IncomingMessage,
    body: Buffer,
  ): Answer | Refusal {
    switch (operation) {
      case 'ListObjectsV2':
        return this.#list(url.searchParams);
      case 'PutObject':
        return this.#put(key, request, body);
      case 'CopyObject':
        return this.#copy(key, request);
      case 'DeleteObject':
        this.objects.delete(key);
        return { status: 204 };
      default:
        return this.#get(key, request);
    }
  }

  #put(key: string, { headers }: IncomingMessage, body: Buffer): Answer | Refusal {
    const checksum = digestOf('sha256', body, 'base64');
    if (headers['x-amz-content-sha256'] !== digestOf('sha256', body, 'hex'))
      return { status: 400, code: 'XAmzContentSHA256Mismatch' };
    if ((headers['x-amz-checksum-sha256'] ?? checksum) !== checksum)
      return { status: 400, code: 'BadDigest' };
    if (Number(headers['content-length']) !== body.length)
      return { status: 411, code: 'MissingContentLength' };
    this.objects.set(key, { bytes: body, modified: new Date() });
    return { headers: { etag: etagOf(body), 'x-amz-checksum-sha256': checksum } };
  }

  #copy(key: string, { headers }: IncomingMessage): Answer | Refusal {
    const [, from] = /^\/?[^/]+\/(.*)$/.exec(decodeURIComponent(String(headers['x-amz-copy-source']))) ?? [];
    const source = this.objects.get(from ?? '');
    if (!source) return { status: 404, code: 'NoSuchKey' };
    if (from === key && headers['x-amz-metadata-directive'] !== 'REPLACE')
      return { status: 400, code: 'InvalidRequest' };
    this.objects.set(key, { bytes: source.bytes, modified: new Date() });
    const checksum =
      headers['x-amz-checksum-algorithm'] === 'SHA256' ? digestOf('sha256', source.bytes, 'base64') : '';
    return xml(
      `<CopyObjectResult><ETag>${etagOf(source.bytes)}</ETag><ChecksumSHA256>${checksum}</ChecksumSHA256></CopyObjectResult>`,
    );
  }

  #get(key: string, { headers }: IncomingMessage): Answer | Refusal {
    const stored = this.objects.get(key);
    if (!stored) return { status: 404, code: 'NoSuchKey' };
    const { bytes, modified } = stored;
    const etag = etagOf(bytes);
    if ((headers['if-match'] ?? etag) !== etag) return { status: 412, code: 'PreconditionFailed' };
    const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
    if (Number(from) >= bytes.length) return { status: 416, code: 'InvalidRange' };
    const given = { etag, 'last-modified': modified.toUTCString() };
    if (from === undefined) return { headers: given, content: bytes };
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    return {
      status: 206,
      headers: { ...given, 'content-range': range },
      content: bytes.subarray(Number(from)),
    };
  }

  #list(query: URLSearchParams): Answer {
    const after = query.get('continuation-token') ?? '';
    const keys = [...this.objects.keys()]
      .sort()
      .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after);
    const page = keys.slice(0, this.pageSize);
    const contents = page.map((key) => {
      const { bytes, modified } = this.objects.get(key)!;
      return `<Contents><Key>${key}</Key><LastModified>${modified.toISOString()}</LastModified><Size>${bytes.length}</Size></Contents>`;
    });
    const truncated = keys.length > page.length;
    const next = truncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    return xml(
      `<ListBucketResult><IsTruncated>${truncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
    );
  }
}

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly content?: string | Buffer;
}

const etagOf = (bytes: Buffer) => `"${digestOf('md5', bytes, 'hex')}"`;

const xml = (content: string): Answer => ({ headers: { 'content-type': 'application/xml' }, content });

function operationOf({ method, headers }: IncomingMessage, key: string): string {
  if (method === 'PUT') return 'x-amz-copy-source' in headers ? 'CopyObject' : 'PutObject';
  if (method === 'GET') return key ? 'GetObject' : 'ListObjectsV2';
  return method === 'HEAD' ? 'HeadObject' : 'DeleteObject';
}

/** @returns undefined where the connection is cut after half of it */
async function bodyOf(request: IncomingMessage, cut: boolean): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  const half = Number(request.headers['content-length'] ?? 0) / 2;
  let bytes = 0;
  for await (const piece of request) {
    pieces.push(piece);
    bytes += piece.length;
    if (cut && bytes >= half) {
      request.socket.destroy();
      return undefined;
    }
  }
  return Buffer.concat(pieces);
}

function refuse(response: ServerResponse, { status, code }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

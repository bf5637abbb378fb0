import { type IncomingHttpHeaders, request } from 'node:http';

export interface PlainRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface PlainResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** A request with the very headers that are given, `Host` and `Origin` too, which `fetch` would set itself. */
export function plainRequest(
  url: string,
  { method = 'GET', headers = {}, body }: PlainRequest = {},
): Promise<PlainResponse> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(pieces);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: bytes,
          text: bytes.toString(),
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export interface SignedIn {
  readonly cookie: string;
  readonly form: string;
}

/** What our own page sends. */
export const ownHeaders = (url: string): Record<string, string> => ({
  Origin: new URL(url).origin,
  'Sec-Fetch-Site': 'same-origin',
  'Content-Type': 'application/x-www-form-urlencoded',
});

export async function signIn({
  url,
  token,
}: {
  readonly url: string;
  readonly token: string;
}): Promise<SignedIn> {
  const response = await plainRequest(`${url}session`, {
    method: 'POST',
    headers: ownHeaders(url),
    body: `token=${token}`,
  });
  return { cookie: response.headers['set-cookie']?.[0]?.split(';')[0] ?? '', form: response.text };
}

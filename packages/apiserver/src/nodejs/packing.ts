/**
 * Packs long answers for clients that take them so, as kube-apiserver does: gzip, fastest, of what is beyond 128 KiB.
 * Deliberately not what streams as it happens: watches and logs.
 */
import { createGzip, type Gzip, gzip } from 'node:zlib';
import type { HttpResponse } from '../http/message.js';
import { Pieces } from '../http/pieces.js';

/** What is no longer than this is not worth it. */
const plainBytesMax = 128 * 1024;
const level = 1;
const packedPieceBytes = 64 * 1024;
const packable = new Set(['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']);

/** The answer as it is to be sent to who accepts these encodings. */
export function packedFor(
  accepted: string | readonly string[] | undefined,
  answer: HttpResponse,
): HttpResponse | Promise<HttpResponse> {
  const { headers, body } = answer;
  if (body === undefined || !(body instanceof Pieces || isLong(body)) || !acceptsGzip(String(accepted ?? '')))
    return answer;
  const media = String(headers['content-type'] ?? '').split(';')[0]!;
  if (!packable.has(media) || headers['content-encoding'] !== undefined) return answer;
  const vary = new Set([headers['vary'] ?? [], 'Accept-Encoding'].flat());
  const packed = (packedBody: HttpResponse['body'] & object): HttpResponse => ({
    ...answer,
    headers: {
      ...headers,
      'content-encoding': 'gzip',
      vary: vary.size === 1 ? 'Accept-Encoding' : [...vary],
    },
    body: packedBody,
  });
  return body instanceof Pieces ? packed(packedPieces(body)) : packedWhole(body).then(packed);
}

const isLong = (body: HttpResponse['body']): body is string | Uint8Array =>
  (typeof body === 'string' || body instanceof Uint8Array) && body.length > plainBytesMax;

/** As kube-apiserver reads the header: by the bare word. */
const acceptsGzip = (accepted: string): boolean => accepted.split(',').some((word) => word.trim() === 'gzip');

const packedWhole = (whole: Uint8Array | string): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    gzip(whole, { level }, (error, result) => (error === null ? resolve(result) : reject(error))),
  );

/** Whoever takes the pieces sets the pace: no more is in memory than what is being packed and what waits to be taken. */
async function* packedPieces(pieces: Pieces): AsyncGenerator<Buffer> {
  const packer = createGzip({ level, chunkSize: packedPieceBytes });
  const fed = feed(packer, pieces);
  try {
    for await (const piece of packer) yield piece as Buffer;
  } finally {
    packer.destroy();
    await fed;
  }
}

/**
 * A piece is good until the next is asked for: that is when the packer has taken all of it, or when nobody wants the answer
 * any more.
 */
async function feed(packer: Gzip, pieces: Pieces): Promise<void> {
  const closed = new Promise<boolean>((resolve) => packer.once('close', () => resolve(false)));
  for await (const piece of pieces) {
    const taken = new Promise<boolean>((resolve) => packer.write(piece, (error) => resolve(!error)));
    if (!(await Promise.race([taken, closed]))) return;
  }
  packer.end();
}

/**
 * Opens an OCI image layout (image-spec 1.1): finds the manifest for this machine, checks every digest, and unpacks
 * the layers once into a folder named by the manifest's digest.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ImagePullError } from '@pintle/contracts';
import { type LayerLimits, unpackLayer } from './oci-layer.js';

/** An image on disk: what to show as a container's root, and what its config says. */
export interface UnpackedImage {
  readonly digest: string;
  readonly rootfs: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly workingDir: string;
}

interface Descriptor {
  readonly mediaType?: string;
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly os?: string; readonly architecture?: string };
}

const documentBytesMax = 4 << 20;
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

export interface OpenLayoutOptions {
  readonly image: string;
  readonly layout: string;
  readonly reference?: string;
  /** Where unpacked images are kept. */
  readonly imagesDirectory: string;
  readonly limits: LayerLimits;
}

/** Errors: `ImagePullError` for a layout that can't be read, whose digests differ, or that has no image for this machine. */
export async function openLayout(options: OpenLayoutOptions): Promise<UnpackedImage> {
  const { image, layout } = options;
  try {
    const manifestDescriptor = await findManifest(options);
    const manifest = await readBlob<{ config: Descriptor; layers?: readonly Descriptor[] }>(
      layout,
      manifestDescriptor.digest,
    );
    const config = await readBlob<{
      config?: { Entrypoint?: string[]; Cmd?: string[]; Env?: string[]; WorkingDir?: string };
    }>(layout, manifest.config.digest);
    const home = join(options.imagesDirectory, manifestDescriptor.digest.replace(':', '-'));
    if (!(await exists(join(home, 'complete')))) {
      await rm(home, { recursive: true, force: true });
      await mkdir(join(home, 'rootfs'), { recursive: true });
      for (const layer of manifest.layers ?? []) await unpackBlob(layout, layer, join(home, 'rootfs'), options.limits);
      await writeFile(join(home, 'complete.new'), '');
      await rename(join(home, 'complete.new'), join(home, 'complete'));
    }
    return {
      digest: manifestDescriptor.digest,
      rootfs: join(home, 'rootfs'),
      entrypoint: config.config?.Entrypoint ?? [],
      cmd: config.config?.Cmd ?? [],
      env: config.config?.Env ?? [],
      workingDir: config.config?.WorkingDir ?? '',
    };
  } catch (error) {
    if (error instanceof ImagePullError) throw error;
    throw new ImagePullError(
      image,
      `its OCI layout ${layout}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

async function findManifest({ image, layout, reference }: OpenLayoutOptions): Promise<Descriptor> {
  const index = parseDocument<{ manifests?: readonly Descriptor[] }>(
    await readFile(join(layout, 'index.json')),
    'index.json',
  );
  let candidates = index.manifests ?? [];
  if (reference !== undefined) {
    candidates = candidates.filter(
      ({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === reference,
    );
  }
  const architecture = architectures[process.arch] ?? process.arch;
  // An index may name another index (one image for many platforms); deeper nesting has no use.
  for (let depth = 0; depth < 3; depth++) {
    const chosen =
      candidates.find(({ platform }) => platform?.os === process.platform && platform.architecture === architecture) ??
      candidates.find(({ platform }) => platform === undefined);
    if (chosen === undefined) break;
    if (!/index|manifest\.list/.test(chosen.mediaType ?? '')) return chosen;
    candidates = (await readBlob<{ manifests?: readonly Descriptor[] }>(layout, chosen.digest)).manifests ?? [];
  }
  throw new ImagePullError(
    image,
    `its OCI layout ${layout} has no image${reference === undefined ? '' : ` named ${JSON.stringify(reference)}`} for ${process.platform}/${architecture}`,
  );
}

function blobPath(layout: string, digest: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`digest ${JSON.stringify(digest)} is not sha256`);
  return join(layout, 'blobs', 'sha256', digest.slice('sha256:'.length));
}

async function readBlob<T>(layout: string, digest: string): Promise<T> {
  const path = blobPath(layout, digest);
  if ((await stat(path)).size > documentBytesMax) throw new Error(`blob ${digest} is over ${documentBytesMax} bytes`);
  const bytes = await readFile(path);
  const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  if (actual !== digest) throw new Error(`blob ${digest} holds ${actual}`);
  return parseDocument(bytes, digest);
}

function parseDocument<T>(bytes: Buffer, name: string): T {
  const document: unknown = JSON.parse(bytes.toString('utf8'));
  if (typeof document !== 'object' || document === null) throw new Error(`${name} is no JSON object`);
  return document as T;
}

async function unpackBlob(layout: string, layer: Descriptor, rootfs: string, limits: LayerLimits): Promise<void> {
  const path = blobPath(layout, layer.digest);
  const type = layer.mediaType ?? '';
  if (type.endsWith('zstd'))
    throw new Error(`layer ${layer.digest} is compressed with zstd; only gzip and plain tar can be read`);
  const hash = createHash('sha256');
  const file = createReadStream(path);
  file.on('data', (chunk) => hash.update(chunk));
  if (type.endsWith('gzip')) await pipeline(file, createGunzip(), (archive) => unpackAll(archive, rootfs, limits));
  else await pipeline(file, (archive) => unpackAll(archive, rootfs, limits));
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== layer.digest) throw new Error(`layer ${layer.digest} holds ${actual}`);
}

/** Reads to the end, past the archive's own: the digest is of the whole blob. */
async function unpackAll(archive: AsyncIterable<Uint8Array>, rootfs: string, limits: LayerLimits): Promise<void> {
  const iterator = archive[Symbol.asyncIterator]();
  await unpackLayer({ [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) }, rootfs, limits);
  while ((await iterator.next()).done !== true);
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

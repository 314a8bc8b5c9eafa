/** What the catalogue's images are once opened: their references, and the settings that containers start from. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ContainerStartError, ImageNotFoundError, ImagePullError } from '@pintle/contracts';
import type { ImageSettings } from './container-command.js';
import { type ImageCatalogue, type ImageSource, resolveImage } from './image-catalogue.js';
import type { LayerLimits } from './oci-layer.js';
import { openLayout } from './oci-layout.js';

export interface ImageStore {
  /** Errors: `ImageNotFoundError`, `ImagePullError`. */
  pull(image: string): Promise<string>;
  /** The reference of an image that needs no unpacking, or is unpacked. */
  present(image: string): Promise<string | undefined>;
  /** Errors: `ContainerStartError` for a reference that was never pulled. */
  settings(imageRef: string): ImageSettings;
}

export interface ImageStoreOptions {
  readonly catalogue: ImageCatalogue;
  readonly directory: string;
  readonly limits: LayerLimits;
}

export function imageStore({ catalogue, directory, limits }: ImageStoreOptions): ImageStore {
  const known = new Map<string, ImageSettings>();
  const references = new Map<string, string>();
  const unpacking = new Map<string, Promise<string>>();

  const remember = (image: string, reference: string, settings: ImageSettings) => {
    known.set(reference, settings);
    references.set(image, reference);
    return reference;
  };

  const openImage = async (image: string, source: ImageSource): Promise<string> => {
    if (source === 'host')
      return remember(image, digestOf(`host ${image}`), {
        name: image,
        entrypoint: [],
        cmd: [],
        env: {},
        workingDir: '',
      });
    if ('folder' in source) {
      const folder = resolve(source.folder);
      const found = await stat(folder).catch(() => undefined);
      if (!found?.isDirectory())
        throw new ImagePullError(image, `the catalogue maps it to folder ${folder}, which is not there`);
      const reference = digestOf(`folder ${folder} ${JSON.stringify([image, source.command, source.env])}`);
      return remember(image, reference, {
        name: image,
        entrypoint: source.command ?? [],
        cmd: [],
        env: source.env ?? {},
        workingDir: '',
        folder,
      });
    }
    const unpacked = await openLayout({
      image,
      layout: resolve(source.ociLayout),
      ...(source.reference === undefined ? {} : { reference: source.reference }),
      imagesDirectory: directory,
      limits,
    });
    return remember(image, unpacked.digest, {
      name: image,
      entrypoint: unpacked.entrypoint,
      cmd: unpacked.cmd,
      env: Object.fromEntries(unpacked.env.map(splitVariable)),
      workingDir: unpacked.workingDir,
      folder: unpacked.rootfs,
    });
  };

  return {
    pull(image) {
      const running = unpacking.get(image);
      if (running !== undefined) return running;
      const started = Promise.resolve()
        .then(() => openImage(image, resolveImage(catalogue, image)))
        .finally(() => unpacking.delete(image));
      unpacking.set(image, started);
      return started;
    },
    async present(image) {
      const reference = references.get(image);
      if (reference !== undefined) return reference;
      try {
        const source = resolveImage(catalogue, image);
        return source === 'host' || 'folder' in source ? await openImage(image, source) : undefined;
      } catch (error) {
        if (error instanceof ImageNotFoundError || error instanceof ImagePullError) return undefined;
        throw error;
      }
    },
    settings(imageRef) {
      const settings = known.get(imageRef);
      if (settings === undefined)
        throw new ContainerStartError(
          'CreateContainerError',
          `image reference ${JSON.stringify(imageRef)} was not pulled`,
        );
      return settings;
    },
  };
}

const digestOf = (words: string) => `sha256:${createHash('sha256').update(words).digest('hex')}`;

function splitVariable(variable: string): [string, string] {
  const equals = variable.indexOf('=');
  return equals < 0 ? [variable, ''] : [variable.slice(0, equals), variable.slice(equals + 1)];
}

/** A container runtime whose containers are child processes of this machine. */

export { ProgramNotFoundError } from './container.js';
export type { LogLimits } from './container-log.js';
export type { ImageCatalogue, ImageSource } from './image-catalogue.js';
export { LayerLimitError, type LayerLimits } from './oci-layer.js';
export { RuntimeDirectoryInUseError } from './orphans.js';
export { AttachOverflowError } from './output-tap.js';
export { PathEscapeError } from './path-in-root.js';
export {
  PortUnreachableError,
  type ProcessRuntimeOptions,
  processRuntime,
  RuntimeClosedError,
} from './process-runtime.js';
export { TarFormatError } from './tar.js';
export { TerminalUnsupportedError } from './terminal.js';

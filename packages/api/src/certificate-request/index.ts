export {
  type CertificateRequest,
  certificateEnd,
  parseCertificateRequest,
  parseEncodedRequest,
} from './certificate-request.js';
export { bytesOfBase64, DerError, textOfBase64 } from './der.js';
export { isKubeletClientRequest, signerFault, signers } from './signers.js';

export { usePortableBackend } from './use-portable-backend';
export type { PortableBackendOptions } from './use-portable-backend';

/** This package for tests in a page: all but what starts programs. */
export * from './fixture';
export * from './fixture-config';
export * from './generation-runs';
export * from './expect-close';
export * from './in-scope';
export * from './published-order';
export * from './backends';
export * from './numerical-gradient';
export * from './parity-suites';
export * from './slow-runs';
export * from './tiny-configs';

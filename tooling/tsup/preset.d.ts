import type { Options } from 'tsup';

export function packagePreset(overrides?: Options): Options;

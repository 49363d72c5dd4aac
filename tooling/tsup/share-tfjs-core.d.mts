import type { Options } from 'tsup';

type EsbuildPlugin = NonNullable<Options['esbuildPlugins']>[number];

export function shareTfjsCore(resolveFrom: string): EsbuildPlugin;

export function shareImports(source: string, publicNames: ReadonlySet<string>): string;

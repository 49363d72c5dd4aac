import type { Contradiction, Demand } from './contradiction';
import { contradictionsOf } from './contradiction';
import type { GeneratorConfig } from './generator-config';
import { publishedArTokens } from './generator-config';
import { isPowerOfTwo } from './level-schedule';

/**
 * What contradicts what in a config whose values are of the right types.
 *
 * @param har whether it is one of a HAR model.
 */
export function generatorContradictions(config: GeneratorConfig, har: boolean): Contradiction[] {
  return contradictionsOf((demand) => {
    checkTransformer(config, demand);
    if (har) {
      checkHar(config, demand);
    }
    checkClassNames(config, demand);
  });
}

function checkTransformer(config: GeneratorConfig, demand: Demand): void {
  const { dim, n_head: heads, block_size: latents } = config;
  demand(
    dim % heads === 0 && (dim / heads) % 2 === 0,
    `dim ${dim} over n_head ${heads} must give an even head width`,
    ['dim', 'n_head'],
  );
  const keyHeads = config.n_kv_head ?? heads;
  demand(heads % keyHeads === 0, `n_head ${heads} must be a multiple of n_kv_head ${keyHeads}`, [
    'n_head',
    'n_kv_head',
  ]);
  const widening = config.ffn_dim_multiplier ?? 1;
  demand(
    Math.floor((8 * dim) / 3) * widening >= 1,
    `ffn_dim_multiplier ${widening} leaves nothing of 8/3 of dim ${dim}`,
    ['ffn_dim_multiplier', 'dim'],
  );
  demand(
    isPowerOfTwo(latents) && latents >= 2,
    `block_size must be a power of two of at least 2, got ${latents}`,
    ['block_size'],
  );
  demand(config.cls_token_num === 1, `cls_token_num must be 1, got ${config.cls_token_num}`, [
    'cls_token_num',
  ]);
  demand(config.attn_dropout_p === 0, `attn_dropout_p must be 0, got ${config.attn_dropout_p}`, [
    'attn_dropout_p',
  ]);
}

function checkHar(config: GeneratorConfig, demand: Demand): void {
  const latents = config.block_size;
  const first = config.ar_token_num ?? publishedArTokens;
  demand(
    isPowerOfTwo(first) && first < latents,
    `ar_token_num must be a power of two below block_size ${latents}, got ${first}`,
    ['ar_token_num', 'block_size'],
  );
  const special = config.spe_token_num ?? latents - 1;
  demand(
    special >= latents - 1,
    `spe_token_num must be at least block_size - 1 = ${latents - 1}, got ${special}`,
    ['spe_token_num', 'block_size'],
  );
}

function checkClassNames(config: GeneratorConfig, demand: Demand): void {
  const names = config.class_names;
  demand(
    names === undefined || names.length === config.num_classes,
    `class_names must hold num_classes = ${config.num_classes} names, got ${names?.length}`,
    ['class_names', 'num_classes'],
  );
  demand(names === undefined || new Set(names).size === names.length, 'class_names must differ', [
    'class_names',
  ]);
}

import type { StoredPictures } from '@restok/data';
import type { PreprocessingName } from '@restok/metrics/inception';
import type { ResTok } from '@restok/tokenizer';
import type { Computation } from '../evaluation/computation';
import { computationOf } from '../evaluation/computation';
import type { ReportedNetwork } from '../evaluation/inception-features';
import { checkResize, EVALUATION_BLOCK, loadInception } from '../evaluation/inception-features';
import type { ReportedLpips } from '../evaluation/perceptual-distance';
import { loadLpips } from '../evaluation/perceptual-distance';
import { openScoredData } from '../evaluation/picture-set';
import { reconstructionLines, reconstructionReport } from '../evaluation/reconstruction-report';
import { scoreReconstructions } from '../evaluation/reconstruction-scores';
import type { EvaluationReport } from '../evaluation/report';
import type { FindCodes, RefineOption } from '../find-codes';
import { codeFinder } from '../find-codes';
import type { TokenizerOptions } from '../load-tokenizer';
import { withTokenizer } from '../load-tokenizer';
import type { Output } from '../output';
import { createOutput, rateText } from '../output';
import { blocksOf } from '../shards/blocks';
import { shippedTokenizer } from '../shipped-model';
import { useBackend } from '../use-backend';
import { weightsDigest } from '../weights-digest';

export interface EvalReconstructionOptions extends TokenizerOptions, RefineOption {
  readonly data: string;
  readonly inception?: string;
  readonly resize?: PreprocessingName;
  /** Files of VGG16 and the linear weights of LPIPS. */
  readonly lpips?: readonly string[];
}

/** What a tokenizer is scored on. */
export interface ScoredData {
  readonly name: string;
  readonly pictures: StoredPictures;
}

/** A tokenizer with what it is scored by. */
export interface ReconstructionSetting {
  readonly tokenizer: ResTok;
  readonly findCodes: FindCodes;
  readonly pictures: StoredPictures;
  readonly inception?: ReportedNetwork;
  readonly lpips?: ReportedLpips;
  readonly computation: Computation;
  /** What the report says, but for digests of the model and the data, and what computed it. */
  readonly settings: EvaluationReport['settings'];
}

/** `restok eval reconstruction`: how well a tokenizer gives back the pictures of a data set. */
export async function evalReconstruction(options: EvalReconstructionOptions): Promise<void> {
  checkResize(options);
  const output = createOutput(options);
  await withReconstructions(options, output, {
    shown: (path) => path,
    async run({ tokenizer, findCodes, pictures, inception, lpips, computation, settings }) {
      const { count, size } = pictures;
      const startedAt = performance.now();
      const scores = await scoreReconstructions(
        { tokenizer, findCodes, network: inception?.network, lpips: lpips?.network, pictures },
        blocksOf(count, EVALUATION_BLOCK),
        (done) => output.progress(rateText(done, count, startedAt, 'pictures')),
      );
      const { numLatents, quantizer } = tokenizer;
      const report = reconstructionReport(
        { ...settings, ...computation, 'model sha256': await weightsDigest(tokenizer) },
        scores,
        {
          ...{ numLatents, size, hasLpips: lpips !== undefined },
          codebookSize: quantizer.options.codebookSize,
        },
      );
      output.result(report, reconstructionLines(report));
    },
  });
}

/** Opens the models and the data for some work, and frees them afterwards. */
export async function withReconstructions(
  options: EvalReconstructionOptions,
  output: Output,
  {
    shown,
    prepare,
    run,
  }: {
    /** What reports call a path. */
    shown(path: string): string;
    prepare?(): Promise<void>;
    run(setting: ReconstructionSetting): Promise<void>;
  },
): Promise<void> {
  const { data, inception, resize, lpips, refine } = options;
  const computation = computationOf(await useBackend(options.backend, options.threads));
  await withTokenizer<ScoredData>(options, output, {
    async prepare({ cropSize }) {
      await prepare?.();
      return openScoredData(data, cropSize, shown(data));
    },
    async run(tokenizer, { name, pictures }) {
      const network =
        inception === undefined
          ? undefined
          : await loadInception({ inception, resize, shown: shown(inception) }, output.progress);
      let perceptual: ReportedLpips | undefined;
      try {
        perceptual = lpips && (await loadLpips(lpips, shown));
        const settings = {
          model: shown(options.model ?? shippedTokenizer()),
          data: name,
          'data count': pictures.count,
          'data size': `${pictures.size} x ${pictures.size}`,
          ...(refine === undefined ? {} : { codes: `refined by ${refine} steps` }),
          pixels: 'reconstructions clamped and rounded to 8 bits; means over pictures',
          ...network?.settings,
          ...perceptual?.settings,
        };
        const findCodes = codeFinder(tokenizer, options, output);
        await run({
          ...{ tokenizer, findCodes, pictures, inception: network, lpips: perceptual },
          ...{ computation, settings },
        });
      } finally {
        network?.network.dispose();
        perceptual?.network.dispose();
      }
    },
  });
}

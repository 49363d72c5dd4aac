import { useEffect } from 'preact/hooks';
import { tokenizer } from '../engine/engine-client';
import type { NamedFile } from '../engine/engine-api';
import { levelSizes } from '../engine/model-levels';
import { useDroppedFiles } from '../components/open-files';
import { PictureCanvas } from '../components/picture-canvas';
import { Shelf } from '../components/shelf';
import { Strip } from '../components/strip';
import { route } from '../state/address';
import { enlargeMap, veil } from '../state/picture-arithmetic';
import { attempt } from '../state/problem';
import { CodebookPanel } from './inside-codebook';
import { LatentBars } from './inside-effects';
import {
  attention,
  countUsage,
  head,
  latent,
  layer,
  levelMaps,
  openInside,
  readAttention,
  readLevelMaps,
} from './inside-state';
import { openFiles, openSample } from './reconstruct-open';
import { pending, picture } from './reconstruct-state';

const ATTENTION_VEIL = { colour: [236, 64, 122], gain: 0.85 } as const;
const LEVEL_VEIL = { colour: [236, 64, 122], gain: 5 } as const;

const takeFiles = (files: readonly NamedFile[]): void => void attempt(() => openFiles(files));

/** What happens between a picture and its latents. */
export function InsideView() {
  useDroppedFiles(takeFiles);
  useEffect(() => void attempt(openInside), [route.value]);
  const shown = picture.value;
  const version = shown?.version.value;
  useEffect(() => {
    if (shown !== undefined) {
      countUsage(shown);
      void attempt(() => readAttention(shown));
    }
  }, [shown, layer.value, head.value]);
  useEffect(() => {
    if (shown !== undefined) {
      readLevelMaps(shown);
    }
  }, [shown, version]);
  return (
    <div class="view view-inside">
      <h1>Look inside: who looks where, and what each level does.</h1>
      <Attention />
      <Strip
        label="Latents by level: choose one to look at"
        levelSizes={levelSizes.value}
        indices={shown?.indices}
        kept={latent.value + 1}
        onKept={(next) => (latent.value = next - 1)}
        selected={latent.value}
      />
      <LatentBars shown={shown} />
      <LevelMaps />
      <CodebookPanel indices={shown?.indices} />
      <Shelf
        onSample={(sample) => void attempt(() => openSample(sample))}
        onFiles={takeFiles}
        chosen={pending.value?.name ?? shown?.name}
      />
    </div>
  );
}

function Attention() {
  const shown = picture.value;
  const facts = tokenizer.value;
  const maps = attention.value;
  const map = maps?.maps[latent.value];
  const original = shown?.original;
  const overlay =
    map === undefined || original === undefined || maps === undefined
      ? undefined
      : veil(enlargeMap(map, maps.rows, maps.columns, original.side), original.side, ATTENTION_VEIL);
  const inEncoder = facts === undefined || layer.value < facts.encoderLayers;
  const numLayers = (facts?.encoderLayers ?? 0) + (facts?.decoderLayers ?? 0);
  const heads = inEncoder ? (facts?.encoderHeads ?? 1) : (facts?.decoderHeads ?? 1);
  return (
    <section class="inside-attention" aria-label="Attention">
      <div class="frame inside-frame">
        <PictureCanvas picture={original} label="The picture" testId="inside-picture" />
        {overlay !== undefined && (
          <PictureCanvas
            picture={overlay}
            label={`Attention of latent ${latent.value + 1}`}
            className="overlay"
            testId="attention"
          />
        )}
      </div>
      <div class="stack inside-controls">
        <h2>Attention of latent {latent.value + 1}</h2>
        <p class="quiet">
          {inEncoder
            ? 'Encoder: the patches that this latent looks at while the picture is taken apart.'
            : 'Decoder: the patches that look at this latent while the picture is put together.'}
        </p>
        <div class="field-row">
          <label class="field grow">
            Layer
            <select
              value={layer.value}
              onChange={(event) => (layer.value = Number(event.currentTarget.value))}
            >
              {Array.from({ length: numLayers }, (_, i) => (
                <option key={i} value={i}>
                  {i < (facts?.encoderLayers ?? 0)
                    ? `Encoder ${i + 1}`
                    : `Decoder ${i + 1 - (facts?.encoderLayers ?? 0)}`}
                </option>
              ))}
            </select>
          </label>
          <label class="field grow">
            Head
            <select value={head.value} onChange={(event) => (head.value = Number(event.currentTarget.value))}>
              <option value={-1}>mean of all</option>
              {Array.from({ length: heads }, (_, i) => (
                <option key={i} value={i}>
                  {i + 1}
                </option>
              ))}
            </select>
          </label>
        </div>
        <p class="quiet veil-key">
          <span>No attention</span> <span>much</span>
        </p>
        {shown !== undefined && original === undefined && (
          <p class="quiet">
            This picture came as a link, without the original that attention looks at. Open a picture below.
          </p>
        )}
      </div>
    </section>
  );
}

function LevelMaps() {
  const shown = picture.value;
  const side = shown?.original?.side ?? tokenizer.value?.side ?? 64;
  return (
    <section class="stack" aria-label="What each level changes">
      <h2>What each level changes</h2>
      <ul class="level-maps">
        {levelSizes.value.map((size, level) => {
          const map = levelMaps.value[level];
          return (
            <li key={level}>
              <div class="frame">
                <PictureCanvas picture={shown?.original} label="" />
                {map !== undefined && (
                  <PictureCanvas
                    picture={veil(map, side, LEVEL_VEIL)}
                    label={`What level ${level + 1} changes`}
                    className="overlay"
                    testId={`level-map-${level}`}
                  />
                )}
              </div>
              <p class="quiet">
                Level {level + 1}: {size} {size === 1 ? 'latent' : 'latents'}
              </p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

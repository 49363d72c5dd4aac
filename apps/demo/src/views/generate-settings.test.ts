import { describe, expect, it } from 'vitest';
import { readSettings, standard, writeSettings } from './generate-settings';

describe('readSettings', () => {
  it('reads what writeSettings wrote', () => {
    const settings = {
      className: 'animals/noto',
      seed: 42,
      count: 9,
      guidance: 3.5,
      schedule: 'step',
      scheduleStart: 0.5,
      temperature: 0.8,
      topP: 0.9,
    };
    expect(readSettings(new URLSearchParams(writeSettings(settings)))).toEqual(settings);
  });

  it('takes the standard for what is missing, unknown or no number, and holds numbers within bounds', () => {
    const query = new URLSearchParams({ n: '7', schedule: 'none', guidance: '99', seed: 'x', topp: '0' });
    expect(readSettings(query)).toEqual({ ...standard, guidance: 8, topP: 0.05 });
  });
});

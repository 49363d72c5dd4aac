import { describe, expect, it } from 'vitest';
import { modelPlace } from './model-place';

const placeOf = (text: string) => modelPlace(text, 'https://page.org/some/where/');
const url = (href: string) => ({ kind: 'url', url: href });

describe('modelPlace', () => {
  it('knows an id of a hub, with or without a revision', () => {
    expect(placeOf(' owner/small ')).toEqual({
      place: { kind: 'hub', id: 'owner/small' },
      name: 'owner/small',
    });
    expect(placeOf('owner/small@v1')).toEqual({
      place: { kind: 'hub', id: 'owner/small@v1' },
      name: 'owner/small',
    });
    expect(modelPlace('owner/small', 'https://page.org/', 'http://127.0.0.1:1').place).toMatchObject({
      endpoint: 'http://127.0.0.1:1',
    });
    expect(() => placeOf('owner/small@../x')).toThrow('the revision of owner/small must be');
  });

  it('takes anything else for the address of a folder', () => {
    expect(placeOf('https://host/a/model/')).toEqual({ place: url('https://host/a/model'), name: 'model' });
    expect(placeOf('./models/small').place).toEqual(url('https://page.org/some/where/models/small'));
    expect(placeOf('https://host/model?key=1')).toEqual({
      place: url('https://host/model?key=1'),
      name: 'model',
    });
  });

  it('takes a weight file for its folder', () => {
    expect(placeOf('https://host/a/model.safetensors').place).toEqual(url('https://host/a'));
    expect(placeOf('https://host/a/model.safetensors.index.json').place).toEqual(url('https://host/a'));
  });
});

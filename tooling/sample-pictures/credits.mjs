const licenceAddresses = {
  'CC0-1.0': 'https://creativecommons.org/publicdomain/zero/1.0/',
  'Apache-2.0': 'https://www.apache.org/licenses/LICENSE-2.0',
  'CC-BY-4.0': 'https://creativecommons.org/licenses/by/4.0/',
  MIT: 'https://opensource.org/license/mit',
};

/** The MIT licence asks to travel with every copy. */
const mitPermission = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to
permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of
the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const mitLicence = [
  '## The MIT licence, for Fluent Emoji',
  '',
  'Copyright (c) Microsoft Corporation.',
  '',
  mitPermission,
  '',
];

/**
 * CREDITS.md of the sample pictures.
 *
 * @param {{ name: string, title: string }[]} drawings our own work.
 * @param {{ name: string, title: string, source: { packageName: string, version: string, licence: string, credit:
 *   string } }[]} copied pictures of the emoji set.
 */
export function credits(drawings, copied) {
  const sources = [...new Set(copied.map(({ source }) => source))];
  return [
    '# Credits of the sample pictures',
    '',
    'Made by `tooling/sample-pictures/make.mjs`.',
    '',
    '| file | picture | from | licence |',
    '| --- | --- | --- | --- |',
    ...drawings.map(({ name, title }) => row(name, title, 'drawn for this repository', 'CC0-1.0')),
    ...copied.map(({ name, title, source }) =>
      row(name, title, `${source.packageName} ${source.version}`, source.licence),
    ),
    '',
    ...sources.map(({ credit }) => `- ${credit}`),
    '',
    'The emoji are unchanged but for the size, 64 x 64, and the white background.',
    '',
    ...mitLicence,
  ].join('\n');
}

/**
 * CREDITS.md of the sheet of emoji.
 *
 * @param {number} count pictures on the sheet.
 * @param {{ packageName: string, version: string, licence: string, credit: string }[]} sources where they are from.
 */
export function sheetCredits(count, sources) {
  return [
    '# Credits of the sheet of emoji',
    '',
    `${count} pictures, made into one by \`tooling/sample-pictures/emoji-sheet.mjs\`; sheet.json names each.`,
    '',
    '| from | licence |',
    '| --- | --- |',
    ...sources.map(
      ({ packageName, version, licence }) =>
        `| ${packageName} ${version} | [${licence}](${licenceAddresses[licence]}) |`,
    ),
    '',
    ...sources.map(({ credit }) => `- ${credit}`),
    '',
    'The emoji are unchanged but for the size, 64 x 64, the white background and the compression of WebP.',
    '',
    ...mitLicence,
  ].join('\n');
}

function row(name, title, from, licence) {
  return `| ${name}.png | ${title} | ${from} | [${licence}](${licenceAddresses[licence]}) |`;
}

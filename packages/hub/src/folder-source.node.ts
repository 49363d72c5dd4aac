// What opens models in Node: `#folder-source` means this file there, and folder-source.browser.ts in browsers.
export { openFolder } from './open-folder';
export { openHub } from './open-hub';

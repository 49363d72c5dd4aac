/** Every run of every reference number in Chromium, those of RESTOK_FIXTURES too: npm run test:slow. */
process.env.RESTOK_SLOW = '1';
const { default: parity } = await import('./vitest.parity.config');

export default parity;

/** What `@restok/testing` holds for a page: all but what starts programs. */
export * from '../../../testing/src/fixture';
export * from '../../../testing/src/fixture-config';
export * from '../../../testing/src/generation-runs';
export * from '../../../testing/src/expect-close';
export * from '../../../testing/src/published-order';
export * from '../../../testing/src/backends';
export * from '../../../testing/src/numerical-gradient';
export * from '../../../testing/src/slow-runs';
export * from '../../../testing/src/tiny-configs';

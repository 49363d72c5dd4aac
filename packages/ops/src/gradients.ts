/**
 * Registers the gradients of every tfjs operation. Plain Node loads tfjs-core's CommonJS bundle, which
 * registers none, so whoever trains imports this module for its side effect.
 */
import '@tensorflow/tfjs-core/dist/register_all_gradients';

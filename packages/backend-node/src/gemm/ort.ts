import type { Heap } from '../heap';
import type { Gemm } from './gemm';
import { BackendUnavailableError } from '@restok/core';

export async function ortGemm(_heap: Heap, _threads: number): Promise<Gemm> {
  throw new BackendUnavailableError('ortGemm: x');
}

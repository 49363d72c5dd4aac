import type { RunObserver } from '../run-observer';

/** Tells two observers of a run, in this order. */
export function bothObservers<Report, Evaluation>(
  first: RunObserver<Report, Evaluation>,
  second: RunObserver<Report, Evaluation> = {},
): RunObserver<Report, Evaluation> {
  return {
    onStart: (info) => [first, second].forEach((observer) => observer.onStart?.(info)),
    onStep: (report) => [first, second].forEach((observer) => observer.onStep?.(report)),
    onPassedOver: (passedOver) => [first, second].forEach((observer) => observer.onPassedOver?.(passedOver)),
    onEvaluation: (evaluation) => [first, second].forEach((observer) => observer.onEvaluation?.(evaluation)),
    onSave: (path) => [first, second].forEach((observer) => observer.onSave?.(path)),
  };
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schedules } from '../../shim/index.js';
import { refused, refusedEach, wrong } from './support.js';

/** @param {(step: number) => number} schedule @param {[number, number][]} expected by step */
function follows(schedule, expected) {
  for (const [step, rate] of expected)
    assert.ok(Math.abs(schedule(step) - rate) <= 1e-12, `step ${step}: ${schedule(step)}, want ${rate}`);
}

test('schedule exponentialDecay: smooth and in stairs', () => {
  const options = { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.25 };
  follows(schedules.exponentialDecay(options), [
    [0, 0.1],
    [5, 0.05],
    [10, 0.025],
    [20, 0.00625],
  ]);
  follows(schedules.exponentialDecay({ ...options, staircase: true }), [
    [0, 0.1],
    [9, 0.1],
    [10, 0.025],
    [19, 0.025],
    [20, 0.00625],
  ]);
});

test('schedule cosineDecay: to alpha, and after a warm-up', () => {
  const options = { initialLearningRate: 0.1, decaySteps: 100, alpha: 0.1 };
  // half a turn at 50: (0.9 · 0.5 + 0.1) · 0.1; a third, at 33⅓, has cosine ½
  follows(schedules.cosineDecay(options), [
    [0, 0.1],
    [50, 0.055],
    [100, 0.01],
    [1000, 0.01],
    [100 / 3, 0.0775],
  ]);
  follows(schedules.cosineDecay({ ...options, alpha: 0, warmupTarget: 0.5, warmupSteps: 10 }), [
    [0, 0.1],
    [5, 0.3],
    [10, 0.5],
    [60, 0.25],
    [110, 0],
    [500, 0],
  ]);
  follows(schedules.cosineDecay({ ...options, warmupSteps: 10 }), [
    [0, 0.1],
    [50, 0.055],
  ]);
});

test('schedule oneCycle: goes up, down and further down', () => {
  const schedule = schedules.oneCycle({
    maxLearningRate: 1,
    totalSteps: 21,
    warmupShare: 11 / 21,
    divFactor: 10,
    finalDivFactor: 100,
  });
  // up from 0.1 until step 11 - 1 = 10, down to 0.001 at step 20; each midpoint is the mean of its ends
  follows(schedule, [
    [0, 0.1],
    [5, 0.55],
    [10, 1],
    [15, 0.5005],
    [20, 0.001],
    [99, 0.001],
  ]);
  follows(schedules.oneCycle({ maxLearningRate: 1, totalSteps: 100 }), [
    [0, 0.04],
    [29, 1],
    [99, 4e-6],
  ]);
});

test('schedule piecewiseConstantDecay: includes its boundaries', () => {
  follows(schedules.piecewiseConstantDecay({ boundaries: [2, 5], values: [1, 0.5, 0.1] }), [
    [0, 1],
    [2, 1],
    [3, 0.5],
    [5, 0.5],
    [6, 0.1],
    [1000, 0.1],
  ]);
});

test('what cannot be is refused, in words', () => {
  refusedEach([
    [() => schedules.exponentialDecay(wrong({ rate: 1 })), "exponentialDecay has no option 'rate'"],
    [
      () => schedules.exponentialDecay(wrong({ decaySteps: 1, decayRate: 1 })),
      'exponentialDecay: initialLearningRate',
      'undefined',
    ],
    [
      () => schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 0, decayRate: 1 }),
      'exponentialDecay: decaySteps',
      '0',
    ],
    [
      () => schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: -1 }),
      'exponentialDecay: decayRate',
      '-1',
    ],
    [
      () => schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 1, staircase: wrong(1) }),
      'exponentialDecay: staircase',
      '1',
    ],
    [() => schedules.cosineDecay(wrong({ initialLearningRate: '1' })), 'cosineDecay: initialLearningRate', '"1"'],
    [() => schedules.cosineDecay({ initialLearningRate: 1, decaySteps: 0.5 }), 'cosineDecay: decaySteps', '0.5'],
    [() => schedules.cosineDecay({ initialLearningRate: 1, decaySteps: 5, alpha: 2 }), 'cosineDecay: alpha', '2'],
    [
      () => schedules.cosineDecay({ initialLearningRate: 1, decaySteps: 5, warmupTarget: -1 }),
      'cosineDecay: warmupTarget',
      '-1',
    ],
    [
      () => schedules.cosineDecay({ initialLearningRate: 1, decaySteps: 5, warmupSteps: -1 }),
      'cosineDecay: warmupSteps',
      '-1',
    ],
    [() => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 1 }), 'oneCycle: totalSteps', '1'],
    [() => schedules.oneCycle({ maxLearningRate: NaN, totalSteps: 9 }), 'oneCycle: maxLearningRate', 'NaN'],
    [() => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 9, warmupShare: 1 }), 'oneCycle: warmupShare', '1'],
    [() => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 9, divFactor: 0 }), 'oneCycle: divFactor', '0'],
    [
      () => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 9, finalDivFactor: 0 }),
      'oneCycle: finalDivFactor',
      '0',
    ],
  ]);
  refused(
    () => schedules.piecewiseConstantDecay({ boundaries: [1], values: [1] }),
    'piecewiseConstantDecay takes two arrays, values one longer than boundaries, got [1] and [1]',
  );
  refusedEach([
    [
      () => schedules.piecewiseConstantDecay({ boundaries: [3, 3], values: [1, 2, 3] }),
      'piecewiseConstantDecay: boundary 1',
      '3',
    ],
    [
      () => schedules.piecewiseConstantDecay({ boundaries: [3], values: [1, -2] }),
      'piecewiseConstantDecay: value 1',
      '-2',
    ],
  ]);
});

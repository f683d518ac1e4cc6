/** Every kind of picture that shows no clothing. */
import { ABSTRACT } from './abstract.js';
import { ANIMALS } from './animals.js';
import { CHARTS } from './charts.js';
import { CITY } from './city.js';
import { DESK } from './desk.js';
import { DIAGRAMS } from './diagrams.js';
import { DOCUMENTS } from './documents.js';
import { FOOD } from './food.js';
import { FRUIT } from './fruit.js';
import { HOUSES } from './houses.js';
import { LANDSCAPES } from './landscapes.js';
import { PEOPLE } from './people.js';
import { PLANTS } from './plants.js';
import { ROOMS } from './rooms.js';
import { SCREENS } from './screens.js';
import { STILL } from './still.js';
import { SURFACES } from './surfaces.js';
import { TABLEWARE } from './tableware.js';
import { TOOLS } from './tools.js';
import { TRAFFIC } from './traffic.js';

/** @type {import('./canvas.js').Kind[]} */
export const KINDS = [
  ...DOCUMENTS,
  ...SCREENS,
  ...CHARTS,
  ...DIAGRAMS,
  ...LANDSCAPES,
  ...CITY,
  ...HOUSES,
  ...TRAFFIC,
  ...ROOMS,
  ...PEOPLE,
  ...ANIMALS,
  ...PLANTS,
  ...FRUIT,
  ...FOOD,
  ...STILL,
  ...TABLEWARE,
  ...TOOLS,
  ...DESK,
  ...SURFACES,
  ...ABSTRACT,
];

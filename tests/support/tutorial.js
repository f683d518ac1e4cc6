export { tutorialLayers } from '../../models/tutorial.js';

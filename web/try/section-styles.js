/** The styles of this section, which come with it: the page as it opens has no need of them. */

import drawing from './drawing.css?inline';
import inside from './inside.css?inline';
import section from './try.css?inline';

export const styles = [section, drawing, inside];

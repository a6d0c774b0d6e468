/** The page gets uPlot from this address; its types come from the package. */

import uPlot from 'uplot'

export default uPlot

/** The page gets the QR code's library from this address; its types come from the package. */

import qrcode from 'qrcode-generator'

export { qrcode }

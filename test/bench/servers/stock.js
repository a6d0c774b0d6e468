/** What everybody writes: Express as it comes, and res.json. */

import express from 'express'

const product = {
  code: '155568600',
  brand: 'Tramontina',
  description: 'Stainless steel pressure cooker, 4.5 litres',
  gtin: '7891116123454',
}

const app = express()
app.get('/catalogs/:code', (_req, res) => {
  res.json(product)
})
const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))

const row = (id: string | number): unknown => ({
  type: "client",
  id,
  attributes: {
    name: `Client ${id}`,
    secret: "q8Zt1mVxK4bN7cYr2LhD9wPs6JfGe3RaU5oTi0Ek",
    personal_access_client: false,
    password_client: true,
    revoked: false,
    created_at: "2017-11-03T09:15:42+00:00",
    updated_at: "2017-11-04T10:20:30+00:00"
  }
})

/** The document of one page of a list of `total` clients, with IDs as texts or as numbers. */
export const pageText = (
  total: number,
  page: number,
  perPage: number,
  idOf: (index: number) => string | number = (index) => String(40_000_000 + index)
): string => {
  const start = (page - 1) * perPage
  const count = Math.max(0, Math.min(perPage, total - start))
  return JSON.stringify({
    data: Array.from({ length: count }, (_, index) => row(idOf(start + index))),
    meta: {
      pagination: {
        total,
        count,
        per_page: perPage,
        current_page: page,
        total_pages: Math.ceil(total / perPage),
        links: []
      }
    }
  })
}

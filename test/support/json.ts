/** Reads JSON out of an answer as the type that the test expects of it. */

export interface ProblemBody {
  type: string
  title: string
  status: number
  detail: string
  errors: { pointer?: string; parameter?: string; detail: string }[]
}

export async function readJson<T>(response: Response): Promise<T> {
  return (await response.json()) as T
}

/** What the dashboard throws at options and forms that are wrong: `dashboard port: expected …, got …; …`. */
export class DashboardError extends Error {
  override readonly name = 'DashboardError';

  constructor(where: string, expected: string, got: string, remedy?: string, options?: ErrorOptions) {
    super(`${where}: expected ${expected}, got ${got}${remedy ? `; ${remedy}` : ''}`, options);
  }
}

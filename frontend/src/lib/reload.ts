/** Reloads the page, with the version of the panel that the server has now. */
export const reloadPage = (): void => window.location.reload();

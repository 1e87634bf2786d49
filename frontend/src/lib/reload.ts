/** Reloads the page, with whatever version of the panel the server has now. */
export const reloadPage = (): void => window.location.reload();

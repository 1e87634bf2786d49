/** Loads the page anew, with whatever version of the panel the server has now. */
export const reloadPage = (): void => window.location.reload();

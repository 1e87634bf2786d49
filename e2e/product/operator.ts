/** The SUPER_ADMIN that the product is started with. */
export const operator = { email: 'admin@example.com', password: 'correct horse battery staple' };

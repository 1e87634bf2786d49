// In a cascade layer, so that the product's own styles win without a fight about specificity.
import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';

package org.estafette.actor.manage;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigRenderOptions;
import org.junit.jupiter.api.Test;

/** What is shown of a configuration. */
final class ShownConfigTest {
  @Test
  void shouldLeaveOutAkkaAndHideWhatLooksLikeASecret() {
    String shown =
        ShownConfig.of(
                """
                akka { ssl.password = a1 }
                estafette {
                  # Tokens to train on.
                  tokens = 1000
                  management.password-file = /keys/word
                  dataset.options { api-token = a2, apiSecret = a3, token-count = 5 }
                  dataset.options { PASSWORD = a4, credentials { user = a5, key = a6 } }
                  a.very.deep.db_password = a7
                }
                """)
            .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
    assertThat(shown)
        .contains("# Tokens to train on.", "tokens=1000", "/keys/word", "token-count=5")
        .doesNotContain("akka")
        .doesNotContainPattern("a[1-7]\\b");
    assertThat(shown.split("\\(hidden\\)", -1)).hasSize(6);
  }
}
